"""The report of a run says what the result says, and leaves out what is not there."""

import datetime as dt
import json
import re
from base64 import b64decode
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from backtest import UserError, run
from backtest.costs import FREE
from backtest.data.finding import Finding
from backtest.data.intake import spoken
from backtest.records.record import Recalled
from backtest.render.html import to_html
from backtest.render.interactive import to_plotly
from backtest.triggers import Trigger
from backtest.views.pages import page_of
from backtest.views.run_report import run_report
from backtest.views.sections.triggering import triggering
from backtest.views.words import Words
from strategies import EqualWeight, RateRotation
from strategies.claims import REPORT
from strategies.taxonomy import CHAINS, TRACKS
from tests.markets import make_market

DAY = dt.date(2024, 1, 2)


@dataclass(frozen=True)
class Unknown(Trigger):
    """Yes for the first half of the sessions; after that its input has ended."""

    def evaluate(self, market):
        days = market.sessions
        answer = pd.Series(pd.NA, days, dtype="boolean")
        answer.iloc[: len(days) // 2] = True
        return answer


GROUPS = [*TRACKS.values(), *CHAINS.values()]
ALL = [
    "headline", "equity", "weights", "triggers", "switches", "map", "months", "halves", "regimes",
    "attribution", "costs", "fan", "data", "manifest",
]  # fmt: skip


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=900, bond=True)


@pytest.fixture(scope="module")
def result(market):
    return run(RateRotation(), market)


@pytest.fixture(scope="module")
def page(result, market):
    return run_report(result, market=market, groups=GROUPS, source=REPORT)


def section(page, name):
    return next(item for item in page.sections if item.id == name)


def test_every_panel_is_there_and_its_numbers_are_the_results_own(page, result):
    assert [item.id for item in page.sections] == ALL
    summary = result.summary()
    first, second = section(page, "headline").tables
    assert first.cells.loc["CAGR", "rate-rotation"] == f"{summary['cagr']:+.1%}"
    assert first.cells.loc["Sharpe", "Benchmark"] == (
        f"{result.benchmark_summary()['Benchmark']['sharpe']:.2f}"
    )
    assert second.cells.loc["Costs paid", "rate-rotation"] == f"{result.orders['cost'].sum():,.0f}"
    paid = section(page, "costs").tables[0].cells["paid, CNY"]
    assert paid["total"] == f"{result.orders['cost'].sum():,.0f}"
    halves = section(page, "halves").charts[0].panels[0].values
    assert halves["rate-rotation"].tolist() == result.by_half()["rate-rotation"].tolist()
    assert f"{summary['cagr']:+.1%} a year" in page.conclusion
    assert "SYNTHETIC DATA" in page.banners[0]
    assert "IN SAMPLE" in page.banners[1]


def test_a_chart_holds_what_the_market_paid(page, result, market):
    equity = section(page, "equity").charts[0]
    growth = equity.panels[0].lines[0].values
    assert growth.iloc[-1] == pytest.approx(result.equity.iloc[-1] / 1e6)
    readings, rules = section(page, "triggers").charts
    trigger = result.strategy.rules()["nqp"]
    leaves = [leaf for leaf in trigger.leaves() if leaf.reading(market) is not None]
    assert len(readings.panels) == len(leaves) == 2
    for leaf, panel in zip(leaves, readings.panels, strict=True):
        assert panel.lines[0].values.equals(leaf.reading(market).value.reindex(growth.index))
        assert panel.shaded.equals(leaf.fires(market))
    held = rules.panels[0].rows["rule nqp"] == "rule nqp"
    assert held.equals(trigger.fires(market))


def test_figures_are_ones_plotly_knows(page):
    for chart in page.charts:
        figure = to_plotly(chart)
        layout = {name: value for name, value in figure["layout"].items() if name != "meta"}
        go.Figure(data=figure["data"], layout=layout)
        assert json.loads(json.dumps(figure, allow_nan=False)) == figure


def test_packed_figures_hold_what_is_drawn(page):
    html = to_html(page)
    assert len(html.encode()) < 2e6

    def unpacked(packed):
        if not isinstance(packed, dict):
            return packed
        words = np.frombuffer(b64decode(packed["words"]), dtype="<u2").astype(float)
        words[words == 65_535] = np.nan
        values = (packed["low"] + words) / packed["unit"]
        return values.astype("datetime64[D]").astype(str).tolist() if "days" in packed else values

    def embedded(id):
        return json.loads(re.search(f'id="{id}">(.*?)</script>', html, re.DOTALL)[1])

    dates = embedded("shared-dates")
    for chart in page.charts:
        packed = embedded(f"data-{chart.id}")
        for one, drawn in zip(packed["data"], to_plotly(chart)["data"], strict=True):
            x = dates[one["x"]] if isinstance(one.get("x"), int) else one.get("x")
            assert unpacked(x) == drawn.get("x")
            if isinstance(one.get("y"), dict):
                values = np.array(drawn["y"], dtype=float)
                span = max(np.nanmax(values) - np.nanmin(values), 1e-3)
                np.testing.assert_allclose(unpacked(one["y"]), values, rtol=0, atol=span / 6_500)
            else:
                assert one.get("y") == drawn.get("y")


def test_the_same_page_gives_the_same_bytes_and_holds_itself_together(page, result, market):
    html = to_html(page)
    again = run_report(result, market=market, groups=GROUPS, source=REPORT)
    assert to_html(again) == html
    assert re.search(r"default-src 'none'; script-src 'sha256-[^']+' 'sha256-[^']+'; ", html)
    own = html[: html.index("<script>")]
    assert not re.search(r"(src|href)=[\"'](?!#|data:)", own)
    assert html.count("<figure>") == len(page.charts)
    for chart in page.charts:
        assert chart.alt
        assert f'aria-label="{chart.title.replace("&", "&amp;")}. ' in html


def test_what_is_not_there_is_left_out_and_said(result):
    document = result.to_json()
    alone = replace(result, strategy=Recalled("gone"), benchmarks={})
    page = run_report(alone, document=document, missing="Market gone.", groups=GROUPS)
    names = [item.id for item in page.sections]
    assert not {"triggers", "switches", "attribution"} & set(names)
    assert "Market gone." in page.banners
    assert "Benchmark" in section(page, "headline").tables[0].cells
    assert len(section(page, "equity").charts[0].panels[0].lines) == 1


def test_a_strategy_without_switches_trades_or_costs_is_reported_too():
    calm = run(EqualWeight(), make_market(sessions=40), costs=FREE)
    page = run_report(calm, market=make_market(sessions=40), groups=GROUPS)
    assert "Without any costs" in page.conclusion
    assert "0.2 years are too short for a test of skill." in page.conclusion
    assert "switches" not in [item.id for item in page.sections]
    assert to_html(page)


def test_findings_of_a_kind_share_a_line_in_both_languages(result, market):
    many = [Finding("missing_session", name, DAY, details={"calendar": "XSHG"}) for name in "ABC"]
    replaced = Finding("replaced", "D")
    found = replace(market, findings=spoken((*many, replaced)))
    data = section(run_report(result, market=found), "data")
    assert "The data checks found 4 issues of 2 kinds." in data.sentences
    assert data.tables[0].cells["finding"].tolist() == [
        "warning: A has no price on 2024-01-02, a session of XSHG (and 2 more like it)",
        "warning: D stands among the prices and has its own file, which is used",
    ]
    data = section(run_report(result, market=found, language="zh"), "data")
    assert data.tables[0].cells["发现"].tolist()[0] == (
        "警告：A在2024-01-02（XSHG的交易日）没有价格（另有2处同类）"
    )


@dataclass(frozen=True)
class Halfway(RateRotation):
    """Yields while they are known, then what rates say."""

    def rules(self):
        return {"yields": Unknown(), **super().rules()}

    def baskets(self, market):
        given = super().baskets(market)
        return {"yields": given["nqp"], **given}


def test_an_answer_that_is_not_known_is_no_no(market):
    result = run(Halfway(), market, check=False)
    cells = triggering(result, market, Words()).tables[0].cells
    half = int((result.equity.index < market.sessions[len(market.sessions) // 2]).sum())
    assert cells.loc["rule yields", "at the end"] == "not known"
    assert cells.loc["rule yields", "last turned on"] == f"{result.equity.index[0]:%Y-%m-%d}"
    assert cells.loc["rule yields", "last turned off"] == "–"
    assert cells.loc["rule yields", "of sessions"] == f"{half / len(result.equity):.0%}"


def test_two_sections_cannot_share_an_id(page):
    with pytest.raises(ValueError, match="id of its own"):
        to_html(replace(page, sections=(page.sections[0],) * 2))


def test_a_language_that_is_not_spoken(result):
    with pytest.raises(UserError, match="--lang was 'fr'; choose from en, zh"):
        run_report(result, language="fr")


def test_a_fan_is_drawn_again_the_same_and_says_what_it_is(result):
    once, again = result.fan(paths=50), result.fan(paths=50)
    pd.testing.assert_frame_equal(once.ends, again.ends)
    assert not once.ends.equals(result.fan(paths=50, seed=1).ends)
    assert (once.wealth[0.05] <= once.wealth[0.95]).all()
    assert len(once.wealth) == 250
    assert set(once.summary()) == {
        f"{of}_{point}" for of in ("wealth", "drawdown") for point in ("5", "95", "worse")
    }  # fmt: skip
    section = page_of(once, "zh").sections[0]
    assert "并非预测" in section.notes[0]
    with pytest.raises(UserError, match="paths was 0; give 1 or more"):
        result.fan(paths=0)
