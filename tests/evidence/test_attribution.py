"""Attribution adds up: by hand, on every kind of strategy, and against an independent formula."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from backtest import run
from backtest.costs import FREE, STOCK_COSTS
from backtest.evidence.attribution import attributions, contributed, equal_weighted, partition
from backtest.evidence.timing import around, carino, drawdowns, split, switches
from backtest.strategy import Strategy
from backtest.strategy.allocation import equal
from backtest.strategy.basket import Basket
from strategies import CalendarRotation, SectorMomentum, StaticBlend, ThesisRotation
from tests.markets import make_market

GROUPS = [
    Basket.of("makers", ["machinery", "auto"], title="makers"),
    Basket.of("health", ["pharma_biotech"], title="health"),
]


@dataclass(frozen=True)
class Half(Strategy):
    """Hold half in the first sector, the rest in cash."""

    def target_weights(self, market):
        weights = equal(market) * 0.0
        weights.iloc[:, 0] = 0.5
        weights.iloc[1:] = np.nan
        return weights


def test_one_day_by_hand():
    """Half in machinery (+10 %), against both sectors alike (+10 %, 0 %): benchmark +5 %.

    Allocation to machinery (0.5 − 0.5)(0.10 − 0.05) = 0, cash (0.5 − 0)(0 − 0.05) = −0.025 and the
    sector not held (0 − 0.5)(0 − 0.05) = +0.025: the two returns are the same, 5 %.
    """
    made = make_market(
        close={"machinery": [100, 100, 110], "pharma_biotech": [100, 100, 100]}, opens=False
    )
    result = run(Half(), made, costs=FREE, fill="close")
    found = attributions(result, partition(GROUPS, made))[0]
    assert found.portfolio == pytest.approx(0.05)
    assert found.benchmark == pytest.approx(0.05)
    total = found.table["total"]
    assert total["health"] == pytest.approx(0.025)
    assert total["cash"] == pytest.approx(-0.025)
    assert total["makers"] == pytest.approx(0.0)
    assert abs(found.residual) < 1e-12


@pytest.mark.parametrize("fill", ["open", "close"])
@pytest.mark.parametrize(
    "strategy", [ThesisRotation(), CalendarRotation(), StaticBlend(), SectorMomentum()], ids=str
)
def test_residual_is_zero(strategy, fill):
    made = make_market(sessions=400, bond=True, money_rate=2.0, late={"auto": 90})
    result = run(strategy, made, costs=STOCK_COSTS, fill=fill)
    groups = partition(GROUPS, made)
    for found in attributions(result, groups):
        assert abs(found.residual) < 1e-10
        assert found.portfolio == pytest.approx(result.summary()["total_return"], abs=1e-12)
        assert {"cash", "costs"} <= set(found.table.index)
    paid = found.table.loc["costs", "total"]
    assert paid < 0 or result.orders.empty
    assert abs(split(result).residual) < 1e-10


def test_effects_are_those_of_perfattr():
    peer = pytest.importorskip("perfattr")
    made = make_market(sessions=150, bond=True, money_rate=2.0, late={"auto": 90})
    result, groups = run(SectorMomentum(), made, costs=STOCK_COSTS), partition(GROUPS, made)

    def long(weights, earned):
        rows = pd.DataFrame({"weight": weights.stack(), "contribution": earned.stack()})
        rows = rows.rename_axis(["from_date", "identifier"]).reset_index()
        held = rows["weight"].abs() > 1e-11
        rows["return"] = (rows["contribution"] / rows["weight"]).where(held)
        return rows.assign(
            thru_date=rows["from_date"], quantity_of_days=1, weight=rows["weight"].where(held, 0.0)
        )

    alike = equal_weighted(made, groups, result.equity.index)
    theirs = peer.calculate_attribution(
        long(*contributed(result, groups)),
        long(*alike),
        method=peer.AttributionMethod.BRINSON_FACHLER_TWO_EFFECT,
        effect_linking_method=peer.EffectLinkingMethod.CARINO,
        reconciliation_tolerance=1e-9,
    ).overall_detail.set_index("identifier")
    ours = attributions(result, groups)[0].table
    for effect in ("allocation", "selection", "total"):
        expected = theirs[f"linked_{effect}_effect"].reindex(ours.index).to_numpy(dtype=float)
        assert ours[effect].to_numpy() == pytest.approx(expected, abs=1e-12)
        assert ours[effect].abs().sum() > 0.001


def test_rows_sum_to_the_returns_and_weights_to_one():
    made = make_market(sessions=300, bond=True)
    result = run(ThesisRotation(), made)
    weights, earned = contributed(result, partition(GROUPS, made))
    assert np.allclose(weights.sum(axis=1), 1.0)
    assert np.allclose(earned.sum(axis=1), result.returns, atol=1e-15)
    paid = result.orders.groupby("filled")["cost"].sum()
    before = result.equity / (1.0 + result.returns)
    assert np.allclose(earned.loc[paid.index, "costs"], -paid / before[paid.index])


def test_linking_is_carinos_own_example_of_two_periods():
    """10 % and 20 % against 5 % and 10 %: (1.32 − 1.155) is the sum of linked effects."""
    ours, theirs = np.array([0.10, 0.20]), np.array([0.05, 0.10])
    k = np.log(1.1 / 1.05) / 0.05, np.log(1.2 / 1.1) / 0.1
    whole = np.log(1.32 / 1.155) / 0.165
    assert carino(ours, theirs) == pytest.approx(np.array(k) / whole)
    assert carino(ours, ours) == pytest.approx(1.32 / (1 + ours))


def test_never_switching_has_no_timing():
    """Equal weights restored every session: all selection is nothing, and so is timing."""
    made = make_market(sessions=200, opens=False)

    @dataclass(frozen=True)
    class Always(Strategy):
        def target_weights(self, market):
            weights = equal(market)
            return weights + np.linspace(0, 1e-12, len(weights))[:, None] * [1, -1, 0, 0, 0, 0]

    found = split(run(Always(), made, costs=FREE, fill="close"))
    assert found.timing == pytest.approx(0.0, abs=0.02)
    assert found.costs == 0.0


def test_a_switch_brings_the_basket_entered_less_the_one_left():
    made = make_market(sessions=300, start="2030-01-01")
    strategy = CalendarRotation()
    result = run(strategy, made, costs=FREE)
    found = switches(result)
    assert list(found["entered"]) == ["nqp", "traditional"]
    growth = np.expm1(found["contribution"])
    assert np.allclose(growth, found["gain"])
    assert found["sessions"].iloc[-1] == (result.regime.index >= found.index[-1]).sum()


def test_drawdowns_and_the_wall():
    made = make_market(sessions=300)
    result = run(StaticBlend(), made)
    deepest = drawdowns(result)
    assert deepest["depth"].iloc[0] == pytest.approx(result.summary()["max_drawdown"])
    assert deepest["depth"].is_monotonic_increasing
    parts = around(result, made.sessions[100])
    assert parts["sessions"].tolist() == [101, 199]
    grown = (1 + parts["total_return"]).prod() - 1
    assert grown == pytest.approx(result.summary()["total_return"])


def test_sectors_belong_to_the_first_basket_that_names_them():
    made = make_market(sessions=50)
    twice = [*GROUPS, Basket.of("again", ["auto", "computer"], title="again")]
    groups = partition(twice, made)
    assert groups["makers"] == ("auto", "machinery")
    assert groups["again"] == ("computer",)
    assert sorted(sum(groups.values(), ())) == sorted(made.by_sector)
    assert replace(GROUPS[0], title="x").sectors == GROUPS[0].sectors
    assert pd.Index(groups)[-1] == "other sectors"
