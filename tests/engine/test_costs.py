"""Dated, side-dependent costs against the rates the rules name."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from backtest import load_market, run, sweep
from backtest.costs import (
    ETF_COSTS,
    FREE,
    STOCK_COSTS,
    CostModel,
    CostRule,
    Costs,
    Rates,
    cost_parts,
)
from backtest.errors import UserError
from backtest.records.folder import write_run
from backtest.records.record import read_run
from backtest.records.verify.recorded import costs_of
from strategies import EqualWeight, RateRotation
from tests.markets import make_market

MARKET = make_market(sessions=60, money_rate=2.0)
AROUND_DUTY = pd.to_datetime(["2023-08-25", "2023-08-28"])
AROUND_FEE = pd.to_datetime(["2022-04-28", "2022-04-29"])


def test_stamp_duty_is_halved_on_the_day_and_paid_by_sellers_only():
    sell = STOCK_COSTS.rate("stamp_duty", "sell", AROUND_DUTY, ["stock"])
    buy = STOCK_COSTS.rate("stamp_duty", "buy", AROUND_DUTY, ["stock"])
    assert sell[:, 0].tolist() == pytest.approx([0.001, 0.0005])
    assert buy[:, 0].tolist() == [0.0, 0.0]


def test_transfer_fee_is_halved_on_the_day_on_both_sides():
    for side in ("buy", "sell"):
        fee = STOCK_COSTS.rate("transfer_fee", side, AROUND_FEE, ["stock"])
        assert fee[:, 0].tolist() == pytest.approx([0.00002, 0.00001])


def test_funds_pay_neither_duty_nor_fee_even_under_stock_costs():
    for component in ("stamp_duty", "transfer_fee"):
        rates = STOCK_COSTS.rate(component, "sell", AROUND_DUTY, ["etf", "stock"])
        assert rates[:, 0].tolist() == [0.0, 0.0]
        assert (rates[:, 1] > 0).all()


def test_fund_costs_are_commission_and_slippage():
    rates = ETF_COSTS.rates(MARKET)
    assert rates.commission_buy[0, 0] == pytest.approx(0.00025)
    assert rates.other_buy[0, 0] == rates.other_sell[0, 0] == pytest.approx(0.0002)
    assert rates.minimum == 5.0


def test_free_is_free():
    rates = FREE.rates(MARKET)
    assert rates.minimum == 0
    for array in (rates.commission_buy, rates.commission_sell, rates.other_buy, rates.other_sell):
        assert not np.any(array)


def test_basis_points_become_fractions_at_the_door():
    model = CostModel.from_bps(commission=2.5, slippage=4, stamp_duty=10, minimum_commission=5)
    rates = model.rates(MARKET)
    assert rates.commission_sell[0, 0] == pytest.approx(0.00025)
    assert rates.other_buy[0, 0] == pytest.approx(0.0004)
    assert rates.other_sell[0, 0] == pytest.approx(0.0014)


def test_rules_add_up_and_end_the_day_before_their_end():
    model = CostModel(
        "two",
        (
            CostRule("commission", 0.001),
            CostRule("commission", 0.002, start=date(2023, 8, 28), end=date(2023, 8, 29)),
        ),
    )
    days = pd.to_datetime(["2023-08-25", "2023-08-28", "2023-08-29"])
    rates = model.rate("commission", "buy", days, ["etf"])
    assert rates[:, 0].tolist() == pytest.approx([0.001, 0.003, 0.001])


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: CostModel.from_bps(commission=-1), "commission rate was -0.0001"),
        (lambda: CostModel.from_bps(slippage=20_000), "slippage rate was 2.0"),
        (lambda: CostModel.from_bps(commission=float("nan")), "commission rate was nan"),
        (lambda: CostModel(minimum_commission=-5), "minimum_commission was -5"),
        (lambda: CostRule("tax", 0.1), "choose from commission"),
        (lambda: CostRule("commission", 0.1, side="long"), "choose from buy, sell, both"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(build, says):
    with pytest.raises(UserError, match=says):
        build()


@dataclass(frozen=True)
class WithImpact(Costs):
    """Another model's costs, and impact: the more, the less of an instrument is traded."""

    base: Costs = ETF_COSTS
    name: str = "etf with impact"
    unknown: float = 1e6

    def rates(self, market, sessions=None):
        laid = self.base.rates(market, sessions)
        usual = market.turnover.rolling(20, min_periods=1).mean().fillna(self.unknown)
        usual = usual if sessions is None else usual.iloc[[-1] * len(sessions)]
        impact = 0.001 * np.sqrt(1e6 / usual.to_numpy())
        return Rates({**laid.parts, "impact": (impact, impact)}, laid.minimum)


def test_a_model_of_ones_own_is_one_class_with_one_method():
    market = make_market(sessions=300, money_rate=2.0)
    strategy = RateRotation(fall_bp=2.0, fall_window=10, rate_window=20, min_hold=1)
    cheap, dear = (run(strategy, market, costs=model) for model in (ETF_COSTS, WithImpact()))
    orders = dear.orders
    assert cost_parts(orders)[-1] == "impact"
    first = orders.iloc[0]
    usual = market.turnover[first["instrument"]].rolling(20, min_periods=1).mean()
    expected = 0.001 * np.sqrt(1e6 / usual[first["filled"]]) * first["value"]
    assert first["impact"] == pytest.approx(expected)
    assert (orders[cost_parts(orders)].sum(axis=1) - orders["cost"]).abs().max() < 1e-9
    assert dear.equity.iloc[-1] < cheap.equity.iloc[-1]
    swept = sweep(strategy, {"min_hold": [1, 5]}, market, costs=WithImpact())
    assert swept.trials["costs_paid"].iloc[0] == pytest.approx(orders["cost"].sum(), rel=1e-8)


def test_a_folder_is_not_trusted_to_name_a_model_of_ones_own(tmp_path):
    market = load_market("sample").until("2016-12-30")
    result = run(RateRotation(), market, costs=WithImpact())
    write_run(result, tmp_path)
    again = read_run(tmp_path)
    assert cost_parts(again.orders)[-1] == "impact"
    with pytest.raises(UserError, match=r"a model of its own \(.*WithImpact.* run it again"):
        costs_of(again.manifest)
    with pytest.raises(UserError, match=r"the impact of .* was nan on .*; let the cost model give"):
        run(RateRotation(), market, costs=WithImpact(unknown=np.nan))


def test_a_sweep_knows_the_costs_a_run_knows_by_name():
    market = make_market(sessions=120)
    named, given = (
        sweep(EqualWeight(), {"rebalance": ["monthly"]}, market, costs=costs)
        for costs in ("free", FREE)
    )
    pd.testing.assert_frame_equal(named.trials, given.trials)
    with pytest.raises(UserError, match="did you mean 'free'"):
        sweep(EqualWeight(), {"rebalance": ["monthly"]}, market, costs="fre")
