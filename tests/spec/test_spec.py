"""Every trigger and every strategy against a second implementation written from its docstring."""

import os
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import backtest.triggers as t
import strategies as s
from backtest.data.sample import sample_market
from backtest.market import Market
from backtest.strategy import TriggerRotation, allocation
from tests.discovery import all_strategies, all_triggers
from tests.markets import SECTORS, make_market, with_valuations
from tests.real import real_market
from tests.spec import strategies as again
from tests.spec import triggers as say
from tests.spec.strategies import held
from tests.spec.triggers import answer

SOME = (*SECTORS, "home_appliances", "utilities")
LATE = {"computer": 40, "real_estate": 75, "auto": 130}
STOPPED = {"machinery": (90, 101), "construction": (150, 180), "computer-2": (60, 75)}


@cache
def market(name: str) -> Market:
    """Return a market to compare on, with a made-up PE of every sector."""
    return with_valuations(_market(name))


def _market(name: str) -> Market:
    """Return a market: made up, the sample's or the real one's last years."""
    if name == "funds":
        late = {**LATE, "bond": 100}
        return make_market(sessions=420, sectors=SOME, bond=True, late=late, seed=3)
    if name == "several":
        late = {**LATE, "machinery-2": 20, "auto-2": 200}
        return make_market(
            sessions=420,
            sectors=SOME,
            per_sector=2,
            bond=True,
            late=late,
            suspended=STOPPED,
            seed=5,
        )
    if name == "sample":
        return sample_market().between("2020-09-01", "2022-06-30")
    folder = os.environ.get("NQP_MARKET_DATA")
    if not folder:
        pytest.skip("NQP_MARKET_DATA is not set: the real sector data are not at hand")
    return real_market(Path(folder)).between("2020-09-01", "2022-06-30")


MARKETS = ("funds", "several", "sample", "real")
MONTHLY = pd.Series(
    np.arange(60) % 3 == 0, pd.date_range("2019-10-31", periods=60, freq="ME"), name="monthly"
)
GROUP = ("machinery", "computer")
TRIGGERS = [one for one in all_triggers() if type(one).__module__.startswith("backtest.triggers.")]
OTHER_TRIGGERS = (
    t.RateFall(5, 20) & t.Breadth(0.6, 30),
    t.RateFall(5, 20) | t.CalmVolatility(10, 40),
    t.KOutOf(2, (t.RateFall(5, 20), t.IndexAboveAverage(50), t.Breadth(0.4, 90))),
    t.Latch(t.RateFall(5, 20), t.RateBelowAverage(30) | t.IndexAboveAverage(5)),
    t.MinHold(t.IndexAboveAverage(15), 7),
    t.Confirmed(t.IndexAboveAverage(15), 3),
    t.Recently(t.AbnormalMove(GROUP, sigmas=1.0, turnover=1.0, window=4, history=30), 6),
    t.SeriesAbove("cn10y", 2.9),
    t.SeriesBelow("us10y", 1.9),
    t.SeriesChanged("us10y", by=0.0, window=5),
    t.SeriesChanged("us10y", by=0.1, window=15),
    t.RateBelowAverage(40, band=0.05),
    t.IndexAboveAverage(30, band=0.02),
    t.Breadth(0.75, 35),
    t.TurnoverExpansion(5, 45, 1.02),
    t.CalmVolatility(12, 60),
    t.Confidence(2, trend_window=30, breadth=0.7, breadth_window=20, turnover_ratio=1.01),
    t.TwoBull(25),
    t.AbnormalReturn(("auto", "auto", "coal"), sigmas=0.8, window=5, history=25),
    t.AbnormalReturn(("computer", "pharma_biotech"), sigmas=1.5, window=2, history=50),
    t.AbnormalTurnover(("computer",), ratio=1.05, window=2, history=9),
    t.AbnormalTurnover(("computer",), ratio=1.0, window=3, history=1),
    t.AbnormalMove(("coal",)),
    t.PolicyIntensity(2.0, 15, ("P1", "P1.3", "MK"), (1.0, 2.5, 0.5)),
    t.RelativeStrength(("real_estate", "auto"), window=20),
    t.RelativeMomentum(("real_estate", "auto"), window=20, change=3),
    t.AbnormalTurnover(("auto", "auto", "computer"), ratio=1.02, window=2, history=25),
    t.RelativeStrength(("auto", "auto", "computer"), window=20),
    t.RelativeStrength(("coal",)),
    t.RelativeMomentum(("coal",)),
    *(
        t.InQuadrant(GROUP, quadrant=q, window=15, change=4)
        for q in ("leading", "weakening", "lagging", "improving")
    ),
    t.InQuadrant(("coal",), quadrant="lagging"),
    t.Signal(MONTHLY, known=MONTHLY.index + pd.Timedelta(days=16)),
    t.ValuationPercentile(GROUP, years=0.3),
    t.ValuationPercentile(("auto", "real_estate"), below=0.6, years=0.1, measure="price"),
    t.ValuationGap(("computer",), ("auto", "machinery"), years=0.2),
    t.LowestValuation(GROUP, (("auto",), ("pharma_biotech", "real_estate")), years=0.15),
    t.EquityRiskPremium(4.0, basket=GROUP),
    t.OrElse(t.RateBelowAverage(60), t.RateFall(2, 5)),
    t.OrElse(t.SeriesAbove("nowhere", 1.0), t.RateFall(2, 5)),
    t.Crowding(GROUP, above=0.6, years=0.3, window=10),
    t.Crowding(("auto",), above=0.5, years=0.2),
    t.CalendarHalf(1),
    t.CalendarHalf(2, 2020),
)


def cases(every, others):
    """Pair all of a kind with every market; others of it, in turn, with two that differ the most.

    A few of the others are compared on the real market too.
    """
    real = product(others[::8], ("real",))
    made = [(one, ("several", "sample")[number % 2]) for number, one in enumerate(others)]
    return [*product(every, MARKETS), *made, *real]


def said(value):
    return value if isinstance(value, str) else type(value).__name__


@pytest.mark.parametrize(("trigger", "name"), cases(TRIGGERS, OTHER_TRIGGERS), ids=said)
def test_a_trigger_says_what_its_words_say(trigger, name):
    first = trigger.answer(market(name)).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    again = answer(trigger, market(name))
    different = np.flatnonzero(~((first == again) | (np.isnan(first) & np.isnan(again))))
    assert not different.size, (
        f"{trigger!r} differs on {different.size} sessions, first on "
        f"{market(name).sessions[different[0]]:%Y-%m-%d}: {first[different[0]]}, "
        f"by its words {again[different[0]]}"
    )


@dataclass(frozen=True)
class Spells(TriggerRotation):
    """Rules that both stop and start to fire, and two overlays."""

    def rules(self) -> dict[str, t.Trigger]:
        """Return two rules that leave gaps."""
        return {"a": t.IndexAboveAverage(15), "b": ~t.RateBelowAverage(25)}

    def overlays(self) -> dict[str, t.Trigger]:
        """Return two overlays."""
        return {"x": t.RateFall(2, 5), "y": t.Breadth(0.7, 10)}

    def baskets(self, market: Market) -> dict[str, pd.DataFrame]:
        """Return a basket for every case, each another part of one sector."""
        part = allocation.equal(market, ("computer",))
        return {name: part * (n + 1) / 10.0 for n, name in enumerate(self.cases())}


@again.second("Spells")
def _spells(spells: Spells, where: Market) -> again.Held:
    rules = {"a": say.index_above(where, 15), "b": say.inverse(say.rate_below(where, 25))}
    overlays = {"x": say.rate_fall(where, 2, 5), "y": say.breadth(where, 0.7, 10)}
    part = again.spread(where, {"computer": 1.0})
    names = [f"{rule}{added}" for rule in "ab" for added in ("+x+y", "+x", "+y", "")]
    baskets = {name: part * (n + 1) / 10.0 for n, name in enumerate(names)}
    return again.rotated(where, again.by_rules(rules, overlays), baskets, spells.rebalance)


OTHER_STRATEGIES = (
    Spells(),
    Spells(rebalance="quarterly"),
    s.BreakthroughOverlay(inner=s.BuyAndHold(), strength=0.4, sigmas=0.7, hold=6),
    s.BreakthroughOverlay(inner=s.TwoBullRotation(window=15, confirm=2), sigmas=0.5, hold=9),
    s.BuyAndHold(basket="technology"),
    s.CalendarRotation(rebalance="quarterly", year=2020),
    s.ConfidenceRotation(
        rebalance="never", confidence=2, trend_window=20, breadth=0.6, leave_after=3, min_hold=8
    ),
    s.ConfidenceRotation(confidence=1, trend_window=20, leave_after=2, min_hold=4),
    s.EqualWeight(rebalance="yearly"),
    s.ExportChainRotation(rebalance="quarterly", window=25, rise_bp=8.0, confirm=4),
    s.ExportChainRotation(window=15, rise_bp=5.0, confirm=3, inventories="cn10y"),
    s.ExportChainRotation(window=9, confirm=3, housing="us10y", orders="cn10y"),
    s.InverseVolatility(window=15, rebalance="never"),
    s.PolicyCatalyst(
        rebalance="never", hold=20, events=str(Path(__file__).with_name("events.csv"))
    ),
    s.QuadrantRotation(rebalance="quarterly", window=20, change=4, min_hold=5),
    s.RateRotation(rebalance="yearly", fall_bp=4.0, fall_window=10, rate_window=30, min_hold=3),
    s.MinimumVariance(window=40, rebalance="quarterly"),
    s.RiskParity(window=45, rebalance="quarterly"),
    s.SectorMomentum(windows=(10, 30), top=2, band=1, skip=3),
    s.SectorMomentum(windows=(21,), top=3, band=0, rebalance="quarterly"),
    s.StaticBlend(nqp=0.3, rebalance="quarterly"),
    s.ThesisRotation(
        fall_bp=3.0,
        fall_window=15,
        rate_window=20,
        confidence=2,
        trend_window=20,
        breadth=0.6,
        leave_after=3,
        min_hold=6,
        sleeve=0.7,
        overlay=0.3,
        breakthrough_sigmas=0.6,
        breakthrough_hold=8,
    ),
    s.ThesisRotation(
        rebalance="quarterly",
        confidence=1,
        trend_window=30,
        breadth=0.9,
        leave_after=4,
        overlay=0.0,
        breakthrough_sigmas=0.6,
    ),
    s.ValuationElasticity(fall_bp=3.0, fall_window=15, rate_window=20, years=0.3, confirm=4),
    s.ProsperityTrendCrowding(top=2, trend=20, crowded=0.7, years=0.2, window=8),
    s.TwoBullRotation(rebalance="quarterly", window=20, confirm=3, sleeve=0.8),
    s.IndicatorTilt(between=1.0, within=0.7, potential=0.0, demand=2.0, rebalance="quarterly"),
)


@pytest.mark.parametrize(("strategy", "name"), cases(all_strategies(), OTHER_STRATEGIES), ids=said)
def test_a_strategy_holds_what_its_words_say(strategy, name):
    where = market(name)
    regime, rows = held(strategy, where)
    first = strategy.regime(where).to_numpy()
    different = np.flatnonzero(first != np.array(regime, dtype=object))
    assert not different.size, (
        f"regime of {strategy!r} differs on {different.size} sessions, first on "
        f"{where.sessions[different[0]]:%Y-%m-%d}: {first[different[0]]}, "
        f"by its words {regime[different[0]]}"
    )
    targets = strategy.target_weights(where)
    assert list(targets.columns) == list(where.close.columns)
    ordered = ~np.isnan(rows).all(axis=1)
    orders = targets.notna().any(axis=1).to_numpy()
    different = np.flatnonzero(ordered != orders)
    assert not different.size, (
        f"{strategy!r} orders on other sessions ({different.size}), first on "
        f"{where.sessions[different[0]]:%Y-%m-%d}: {orders[different[0]]}, by its words not so"
    )
    gap = np.abs(targets.fillna(0.0).to_numpy()[orders] - rows[orders])
    bound = 1e-9 if isinstance(strategy, s.RiskParity | s.MinimumVariance) else 1e-12
    assert orders.any() or name in ("funds", "several"), "no row was compared"
    assert (gap <= bound).all(), (
        f"{strategy!r} weighs differently by up to {gap.max()}, first on "
        f"{where.sessions[orders][np.flatnonzero((gap > bound).any(axis=1))[0]]:%Y-%m-%d}"
    )
