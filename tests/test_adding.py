"""What CONTRIBUTING says of adding things: each works everywhere once its one piece is there."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from backtest.composite import composite
from backtest.costs import CostModel, Costs, Rates, cost_parts
from backtest.data.fetch import Request, fetch_market
from backtest.data.load import load_market
from backtest.data.sources import SOURCES, source_named
from backtest.data.sources.base import Arrival, Missed, Provenance, price_frame
from backtest.engine.registry import METRICS, MORE, figure
from backtest.engine.run import run
from backtest.evidence import observables
from backtest.evidence.observation import Observation
from backtest.evidence.scorecard import scorecard
from backtest.render import terminal
from backtest.render.html import to_html
from backtest.strategy import TriggerRotation
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source
from backtest.today import today
from backtest.triggers import Always, Reading, Trigger
from backtest.tuning.sweep import sweep
from backtest.views.page import Section
from backtest.views.pages import page_of
from backtest.views.run_report import run_report
from backtest.views.words import catalogue
from strategies import RateRotation
from tests.composite.made import framework, indicator
from tests.markets import make_market

PAPER = Source("A paper", "一篇论文", "nobody", "2031-02-28", 2031)
BUILD = Basket.of("build", ["construction"], title="Builders", title_zh="建筑链")


@pytest.fixture(scope="module")
def market():
    return make_market(start="2030-06-03", sessions=420, bond=True)


@dataclass(frozen=True)
class Fell(Trigger):
    """The index fell over `window` sessions."""

    window: int = 5

    def evaluate(self, market):
        return self.reading(market).fires

    def reading(self, market):
        change = market.benchmark.pct_change(self.window, fill_method=None)
        zero = pd.Series(0.0, market.sessions)
        return Reading("change of the index", change, zero, "fraction", "below")


@dataclass(frozen=True)
class Contrarian(TriggerRotation):
    """Hold steel while the index has fallen, else banks."""

    window: int = 5

    def rules(self):
        return {"steel": Fell(self.window), "banks": Always()}

    def baskets(self, market):
        first, second = market.instruments[:2]
        return {"steel": [first], "banks": [second]}


def test_a_strategy_and_a_trigger(market):
    result = run(Contrarian(), market)
    fell = market.benchmark.diff(5) < 0
    assert result.regime.iloc[1:].eq("steel").tolist() == fell.iloc[:-1].tolist()
    assert len(sweep(Contrarian(), {"window": [5, 10]}, market)) == 2
    asked = today(Contrarian(), market, now=market.sessions[-1]).monitored
    assert asked[0].name == "change of the index"


@pytest.fixture
def best_day():
    @figure("Best day", "最佳单日", "{:+.1%}", MORE)
    def best_day(returns):
        return np.max(returns, axis=0)

    yield "best_day"
    del METRICS["best_day"]


def test_a_metric(market, best_day):
    result = run(RateRotation(), market)
    assert result.summary()[best_day] == result.returns.max()
    found = sweep(RateRotation(), {"fall_window": [10, 60]}, market, score=best_day)
    assert found.trials[best_day].iloc[0] == pytest.approx(found.returns(0).max())
    assert "Best day" in to_html(run_report(result, market=market))
    assert "最佳单日" in to_html(run_report(result, market=market, language="zh"))


@dataclass(frozen=True)
class Impact(Costs):
    """Commission, and an impact on top of it."""

    name: str = "impact"

    def rates(self, market, sessions=None):
        days = len(market.sessions if sessions is None else sessions)
        one = np.full((days, len(market.instruments)), 1e-3)
        return Rates({"commission": (one, one), "impact": (2 * one, 2 * one)})


def test_a_cost_model(market):
    result = run(RateRotation(), market, costs=Impact())
    assert cost_parts(result.orders) == ["commission", "impact"]
    paid = (result.orders["value"] * 2e-3).tolist()
    assert result.orders["impact"].tolist() == pytest.approx(paid)
    same = run(RateRotation(), market, costs=CostModel.from_bps(commission=10, slippage=20))
    assert result.equity.iloc[-1] == pytest.approx(same.equity.iloc[-1], rel=1e-12)
    swept = sweep(RateRotation(), {"fall_window": [60]}, market, costs=Impact())
    assert swept.trials["total_return"].iloc[0] == pytest.approx(result.summary()["total_return"])


def test_a_published_indicator(market):
    rows = np.arange(len(market.sessions))
    seen = market.with_series(
        "orders_received", pd.Series(np.sin(rows / 9.0), market.sessions), delay_days=0
    )
    new = indicator("orders_received", "demand", frequency="daily")
    found = composite(seen, framework(new))
    assert found.unlinked["all"].notna().any()
    assert "demand" in found.pillars


def test_a_claim_on_a_known_observable(market):
    claim = Claim("N1", "Builders lead.", "建筑领先。", "lead", "H1", "above", "they trail")
    (found,) = scorecard(PAPER, [replace(claim, basket=BUILD)], market, draws=19).findings
    assert "Builders" in found.sentence()
    assert found.verdict in ("held", "failed", "cannot tell")


def test_a_claim_with_a_new_observable_brings_its_own_sentence(market, monkeypatch):
    def up_days(claim, market, window):
        up = (market.benchmark.diff().iloc[window.base + 1 : window.last + 1] > 0).astype(float)
        return Observation(("index",), lambda counts: counts @ up / len(up), up)

    made = observables.Observable(
        up_days,
        observables.across_windows(0.0, 1.0),
        "share",
        "The index rose on {value} of the days of {window}",
        (observables.other_windows,),
        lambda claim, market, length: (market.benchmark.diff() > 0).rolling(length).mean(),
    )
    monkeypatch.setitem(observables.OBSERVABLES, "up_days", made)
    chinese = "{window}指数在{value}的交易日上涨"
    monkeypatch.setitem(catalogue()["sentences"], made.sentence, chinese)
    claim = Claim("N2", "It rises.", "上涨。", "up_days", "H1", "above", "it does not")
    (found,) = scorecard(PAPER, [claim], market, draws=19).findings
    assert found.sentence().startswith("The index rose on ")
    assert "2031H1指数在" in found.sentence("zh")


class Desk:
    """A source of one instrument, which knows no other."""

    name, has_prices, series = "desk", True, {}

    def __init__(self, pace):
        self.days = pd.bdate_range("2024-01-02", "2024-03-29")

    def fetch(self, wanted):
        for one in wanted:
            if one.id != "801010":
                yield Missed(one, "the desk does not cover it")
                continue
            frame = price_frame(self.days, {"close": np.arange(len(self.days)) + 1.0}, one)
            yield Arrival(one, frame, Provenance(self.name, "desk", "2024-04-01T00:00:00+00:00"))


def test_a_data_source(monkeypatch, tmp_path):
    monkeypatch.setenv("NQP_HOME", str(tmp_path))
    monkeypatch.setitem(SOURCES, "desk", f"{__name__}:Desk")
    day = pd.Timestamp("2024-03-29").date()
    fetch_market(Request("mine", "shenwan", end=day), source_named("desk"))
    assert load_market("mine").instruments == ("801010",)


def test_a_section_of_a_report(market, capsys):
    def section(result):
        still = int(result.returns.eq(0).sum())
        return Section("idle", "Idle days", (f"{still} days stood still",))

    result = run(RateRotation(), market)
    page = run_report(result, market=market, extra=[section(result)])
    assert "days stood still" in to_html(page)
    terminal.show(page)
    assert "days stood still" in capsys.readouterr().out
    assert page_of(result).title
