"""Pages in notebooks: text stays text, numbers stand right, verdicts have their dot and word."""

import pandas as pd
import pytest

from backtest.engine.run import run
from backtest.render.notebook import to_html
from backtest.views.page import Page, Section, Table
from strategies import EqualWeight
from tests.markets import make_market
from tests.markup import HOSTILE, parsed, tables_of, text_of


def page(*tables, folded=False, **more):
    sections = (Section("one", "One", tables=tables, folded=folded),)
    return Page(title="t", subtitle="s", language="en", conclusion="", sections=sections, **more)


def test_a_table_shows_its_row_heads_only_where_it_has_some():
    cells = pd.DataFrame({"Sharpe": ["0.50"], "name": ["a"]}, index=[""])
    assert tables_of(to_html(page(Table("", cells)))) == [[["Sharpe", "name"], ["0.50", "a"]]]
    named = Table("", cells.set_axis(["row"]), head="variant")
    assert tables_of(to_html(page(named)))[0] == [
        ["variant", "Sharpe", "name"],
        ["row", "0.50", "a"],
    ]


def test_numbers_stand_on_the_right_and_names_on_the_left():
    cells = pd.DataFrame({"CAGR": ["1%", "–"], "name": ["3", "b"]}, index=["", ""])
    root = parsed(to_html(page(Table("", cells, left=("name",)))))
    sides = [cell.get("style", "") for cell in root.iter("td")]
    assert ["right" in side for side in sides] == [True, False] * 2


def test_a_verdict_is_colored_and_said():
    cells = pd.DataFrame({"verdict": ["held", "failed", "cannot tell", "else"]})
    tones = {"held": "good", "failed": "bad", "cannot tell": "unsure"}
    html = to_html(page(Table("", cells, tones=tones), tone="bad"))
    dots = [span.get("style") for span in parsed(html).iter("span")]
    assert len(dots) == 3
    assert len(set(dots)) == 3
    assert "● failed" in text_of(html)


def test_hostile_text_is_shown_and_never_obeyed():
    cells = pd.DataFrame({HOSTILE: [HOSTILE]}, index=[HOSTILE])
    section = Section(
        "x", HOSTILE, (HOSTILE,), (), (Table(HOSTILE, cells),), (HOSTILE,), folded=True
    )
    more = {"sections": (section,), "notes": (HOSTILE,), "footer": (HOSTILE,)}
    html = to_html(Page(HOSTILE, "en", HOSTILE, HOSTILE, (HOSTILE,), **more))
    assert "<script" not in html
    assert text_of(html).count(HOSTILE) == 13


@pytest.fixture(scope="module")
def result():
    return run(EqualWeight(), make_market(sessions=60, name=HOSTILE))


def test_a_result_shows_itself_beside_its_benchmarks(result):
    together, alone = tables_of(result._repr_html_())
    assert together[0] == ["", "equal-weight", "Benchmark", "sector average"]
    shown = {row[0]: row[1:] for row in (*together[1:], *alone[1:])}
    assert len(shown) == len(result.summary())
    assert shown["Sharpe"][0] == f"{result.summary()['sharpe']:.2f}"


def test_a_result_says_what_it_rests_on(result):
    text = text_of(result._repr_html_())
    assert f"equal-weight on {HOSTILE} synthetic data · 2020-01-01 … 2020-03-24" in text
    assert "CNY, filled at the next open; costs: etf; data: test-0" in text
    assert "0.2 years of data are too short for a test of skill" in text
    assert "<script" not in result._repr_html_()
