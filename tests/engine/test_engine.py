"""run, run_many, compare and the result, as a script meets them."""

import json
import math
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtest import (
    BacktestResult,
    Strategy,
    UserError,
    compare,
    load_market,
    run,
    run_many,
    sweep,
)
from backtest.costs import FREE, CostModel
from backtest.strategy import RotationStrategy
from strategies import BuyAndHold, CalendarRotation, EqualWeight, RateRotation, ThesisRotation
from strategies.taxonomy import Basket
from tests.markets import make_market

NAN = np.nan


@dataclass(frozen=True)
class Hold(Strategy):
    """Hold one instrument from the first session on."""

    instrument: str = "MACHINERY"

    def target_weights(self, market):
        weights = pd.DataFrame(NAN, market.sessions, market.close.columns)
        weights.iloc[0] = 0.0
        weights.loc[weights.index[0], self.instrument] = 1.0
        return weights


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return run(ThesisRotation(), load_market("sample"))


def test_a_hold_earns_what_the_price_does():
    market = make_market(close={"machinery": [10, 10, 12, 9]}, opens=False)
    held = run(Hold(), market, costs=FREE, fill="close", cash=100.0)
    assert held.equity.tolist() == pytest.approx([100, 100, 120, 90])
    assert held.returns.tolist() == pytest.approx([0, 0, 0.2, -0.25])
    assert held.weights["MACHINERY"].tolist() == pytest.approx([0, 1, 1, 1])


def test_decided_after_one_session_filled_at_the_next_open():
    market = make_market(close={"machinery": [10, 20, 30]}, opens={"machinery": [9, 16, 25]})
    held = run(Hold(), market, costs=FREE, cash=100.0)
    assert held.orders["price"].tolist() == [16.0]
    assert held.equity.tolist() == pytest.approx([100, 125, 187.5])


def test_without_opens_the_close_is_used_and_it_is_said():
    held = run(Hold(), make_market(sessions=5, opens=False), costs=FREE)
    assert held.manifest["fill"] == "close"
    assert any("no open prices" in warning for warning in held.warnings)


def test_idle_cash_earns_the_money_rate():
    market = make_market(sessions=20, money_rate=3.65)
    nothing = run(Hold("AUTO"), replace(market, can_buy=market.can_buy & False), cash=1000.0)
    assert nothing.equity.iloc[-1] == pytest.approx(1000 * market.money.iloc[-1])
    assert any("was never completed" in warning for warning in nothing.warnings)
    assert math.isnan(nothing.summary()["sharpe"])


def test_one_is_many_and_many_are_one(result):
    market = load_market("sample")
    again = run_many([EqualWeight(), ThesisRotation()], market)[1]
    pd.testing.assert_series_equal(again.equity, result.equity, check_exact=True)


def test_the_start_only_moves_the_money_in(result):
    market = load_market("sample")
    later = run(ThesisRotation(), market, start="2020-01-02")
    assert later.equity.index[0] == pd.Timestamp("2020-01-02")
    pd.testing.assert_series_equal(later.regime, result.regime.loc["2020-01-02":])
    assert later.orders["filled"].iloc[0] == pd.Timestamp("2020-01-02")
    both = pd.concat([later.returns, result.returns], axis=1, join="inner").loc["2020-03-01":]
    assert both.iloc[:, 0].corr(both.iloc[:, 1]) > 0.9999


def test_the_result_is_consistent(result):
    equity = result.equity
    assert equity.iloc[-1] / 1e6 - 1 == pytest.approx(result.summary()["total_return"])
    assert result.weights.sum(axis=1).max() <= 1 + 1e-9
    costs = result.orders[["commission", "stamp_duty", "transfer_fee", "slippage"]]
    assert costs.sum(axis=1).sum() == pytest.approx(result.summary()["costs_paid"])
    halves = result.by_half()[result.name]
    assert (1 + halves).prod() - 1 == pytest.approx(result.summary()["total_return"])
    regimes = result.by_regime()
    assert regimes["sessions"].sum() == len(equity)
    assert (1 + regimes["total_return"]).prod() == pytest.approx(equity.iloc[-1] / 1e6)
    assert set(result.regime) <= {"cash", *ThesisRotation().cases()}
    assert result.drawdown.min() == pytest.approx(result.summary()["max_drawdown"])
    assert result.switches == result.summary()["switches"]


def test_the_summary_has_the_promised_names(result):
    promised = (
        "total_return cagr volatility sharpe sortino calmar max_drawdown turnover cost_drag "
        "beta alpha information_ratio tracking_error positive_months up_capture down_capture"
    )
    assert set(promised.split()) <= set(result.summary())
    other = result.summary(result.benchmarks["sector average"])
    assert other["beta"] != result.summary()["beta"]
    assert other["cagr"] == result.summary()["cagr"]


def test_turnover_and_cost_drag_by_hand():
    market = make_market(close={"machinery": [10.0] * 242, "auto": [10.0] * 242}, opens=False)
    targets = pd.DataFrame({"MACHINERY": NAN, "AUTO": NAN}, market.sessions)
    targets.iloc[0], targets.iloc[10] = [1.0, 0.0], [0.0, 1.0]

    @dataclass(frozen=True)
    class Switch(Strategy):
        """Switch once."""

        def target_weights(self, market):
            return targets

    summary = run(Switch(), market, costs=FREE, fill="close").summary()
    assert summary["turnover"] == pytest.approx(0.5 + 1.0)
    assert summary["cost_drag"] == 0.0
    costs = CostModel.from_bps(commission=100)
    switched = run(Switch(), market, costs=costs, fill="close", cash=100.0)
    first, second = 100 / 1.01, 100 / 1.01 * 0.99 / 1.01
    assert switched.equity.iloc[-1] == pytest.approx(second)
    assert switched.summary()["costs_paid"] == pytest.approx(100 - second)
    mean = (100 + 10 * first + 231 * second) / 242
    assert switched.summary()["cost_drag"] == pytest.approx((100 - second) / mean)


def test_profit_by_instrument_adds_up_to_the_profit(result):
    interest = result.risk_free * (
        result.equity.shift(fill_value=1e6) - _held(result).shift(fill_value=0)
    )
    earned = result.profit.sum(axis=1) + interest
    np.testing.assert_allclose(earned, result.equity.diff().fillna(0.0), atol=1e-4)


def _held(result):
    return result.weights.mul(result.equity, axis=0).sum(axis=1)


def launched(market, instrument, day):
    """Return the market with an instrument launched on a day."""
    instruments = tuple(
        replace(entry, launched=day) if entry.id == instrument else entry
        for entry in market.universe.instruments
    )
    return replace(market, universe=replace(market.universe, instruments=instruments))


def test_profit_from_before_a_launch_is_marked():
    market = make_market(close={"machinery": [10, 10, 15, 20, 30]}, opens=False)
    market = launched(market, "MACHINERY", market.sessions[3].date())
    held = run(Hold(), market, costs=FREE, fill="close", cash=100.0)
    # 50 of the 200 were earned on the session before the launch
    assert any("50 CNY of a profit of 200 were earned before" in text for text in held.warnings)


def test_strict_launch_makes_instruments_investable_from_launch_only():
    market = make_market(sessions=200)
    market = launched(market, "AUTO", market.sessions[100].date())
    strict = run(EqualWeight(), market.from_launch(), costs=FREE)
    assert (strict.weights["AUTO"].iloc[:101] == 0).all()
    assert strict.weights["AUTO"].iloc[101] > 0
    assert strict.manifest["strict_launch"]
    assert not any("before the instruments were launched" in text for text in strict.warnings)
    plain = run(EqualWeight(), market, costs=FREE)
    assert any("before the instruments were launched" in text for text in plain.warnings)


def test_compare_has_a_row_each():
    market = load_market("sample")
    table = compare(run_many([EqualWeight(), RateRotation(fall_bp=20), RateRotation()], market))
    assert table.index.tolist() == [
        "equal-weight",
        "rate-rotation fall_bp=20",
        "rate-rotation defaults",
    ]
    assert {"cagr", "sharpe"} <= set(table.columns)


def test_json_is_plain_and_has_the_promised_keys(result):
    document = json.loads(json.dumps(result.to_json(), allow_nan=False))
    promised = "strategy parameters market synthetic window summary benchmarks warnings manifest"
    assert set(document) == set(promised.split())
    assert document["synthetic"] is True
    assert document["window"] == ["2015-01-05", "2025-12-31"]
    manifest = document["manifest"]
    for key in ("snapshot", "strategy", "parameters", "costs", "fill", "seed", "versions"):
        assert key in manifest


def test_synthetic_data_is_called_synthetic(result):
    assert any("synthetic" in warning for warning in result.warnings)
    assert "synthetic" in result._repr_html_()
    assert "on synthetic sample" in repr(result)
    assert len(repr(result)) < 200
    assert "synthetic" in repr(load_market("sample"))


def test_without_a_benchmark_it_is_said_and_sectors_stand_in():
    market = make_market(sessions=300, benchmark=[NAN] * 300)
    result = run(Hold(), market, costs=FREE)
    assert list(result.benchmarks) == ["sector average"]
    assert any("no benchmark prices" in warning for warning in result.warnings)
    with pytest.raises(UserError, match="no prices of its benchmark BENCHMARK; import them"):
        run(
            ThesisRotation(), make_market(sessions=9, sectors=("auto", "coal"), benchmark=[NAN] * 9)
        )


def test_a_plain_class_is_a_strategy_too():
    class Plain(Strategy):
        """No dataclass."""

        def target_weights(self, market):
            return pd.DataFrame({"AUTO": [0.5]}, market.sessions[:1])

    assert run(Plain(), make_market(sessions=300), costs=FREE).manifest["parameters"] == {}


def test_short_samples_say_so():
    short = run(Hold(), make_market(sessions=100), costs=FREE)
    assert any("too short for a test of skill" in warning for warning in short.warnings)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda m: run(Hold(), m, cash=0), "cash was 0; give a number above 0"),
        (lambda m: run(Hold(), m, fill="noon"), "fill was 'noon'; choose open or close"),
        (lambda m: run(Hold(), m, start="2099-01-01"), "a backtest needs at least 2"),
        (lambda m: run(Hold(), m.until(m.sessions[0])), "a backtest needs at least 2"),
        (lambda m: run(CalendarRotation(rebalance="wekly"), m), "choose from daily"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(call, says):
    with pytest.raises(UserError, match=says):
        call(make_market(sessions=20))


def test_by_regime_with_fills_at_the_close_counts_the_day_of_the_switch_as_the_old_one():
    market = make_market(sessions=300, sectors=("machinery", "steel"), start="2023-01-02")
    rotation = CalendarRotation()
    at_close = run(rotation, market, costs=FREE, fill="close").by_regime()
    at_open = run(rotation, market, costs=FREE, fill="open").by_regime()
    assert at_close["sessions"].sum() == at_open["sessions"].sum() == 300


GROUPS = {
    # group of thesis.md: sectors, first and second half of 2024
    "construction, building materials, real estate, steel": (
        ("construction", "building_materials", "real_estate", "steel"),
        (-0.132, 0.147),
    ),
    "power equipment, defense, machinery, automobiles": (
        ("power_equipment", "defense", "machinery", "auto"),
        (-0.105, 0.205),
    ),
    "pharmaceuticals and biology": (("pharma_biotech",), (-0.211, 0.086)),
    "all": (None, (-0.097, 0.178)),
}


@pytest.mark.parametrize("group", GROUPS)
def test_a_free_hold_reproduces_the_table_of_the_thesis(group):
    folder = os.environ.get("NQP_MARKET_DATA")
    if not folder:
        pytest.skip("NQP_MARKET_DATA is not set: the real sector data are not at hand")
    from backtest.strategy.allocation import equal, spread
    from tests.real import real_market

    sectors, expected = GROUPS[group]

    @dataclass(frozen=True)
    class Group(Strategy):
        """Buy a group once, equally weighted."""

        def target_weights(self, market):
            weights = (
                equal(market) if sectors is None else spread(market, Basket.of("group", sectors))
            )
            first = pd.Series(market.sessions == market.sessions[0], market.sessions)
            return weights.where(first, NAN)

    market = real_market(Path(folder))
    for (before, start, end), value in zip(
        (("2023-12-28", "2023-12-29", "2024-06-28"), ("2024-06-27", "2024-06-28", "2024-12-31")),
        expected,
        strict=True,
    ):
        held = run(Group(), market.between(before, end), costs=FREE, fill="close")
        earned = held.equity[end] / held.equity[start] - 1
        assert earned == pytest.approx(value, abs=0.001)


def test_the_basket_of_buy_and_hold_is_checked():
    with pytest.raises(UserError, match="did you mean 'medicine'"):
        run(BuyAndHold(basket="medcine"), load_market("sample"))


def test_a_run_counts_as_a_trial_and_a_sweep_of_it_is_the_same_one():
    market = load_market("sample")
    run(RateRotation(fall_bp=12.0), market)
    run(RateRotation(fall_bp=12.0), market)
    swept = sweep(RateRotation(), {"fall_bp": [12.0, 14.0]}, market)
    assert swept.tried == 2


def test_a_run_goes_on_where_it_cannot_be_counted(tmp_path, monkeypatch):
    (tmp_path / "ledger.sqlite3").write_text("no database at all " * 100)
    monkeypatch.setenv("NQP_HOME", str(tmp_path))
    warnings = run(RateRotation(), load_market("sample")).warnings
    assert any("not among the trials counted" in warning for warning in warnings)


def test_a_strategy_is_asked_once_and_a_changed_market_is_answered_anew():
    asked = []

    @dataclass(frozen=True)
    class Counting(RotationStrategy):
        def regime(self, market):
            asked.append("regime")
            up = market.series["x"].diff().fillna(0.0) > 0
            return up.map({True: "a", False: "b"})

        def baskets(self, market):
            asked.append("baskets")
            first = pd.DataFrame(0.0, market.sessions, market.close.columns)
            second = first.copy()
            first.iloc[:, 0] = second.iloc[:, 1] = 0.9
            return {"a": first, "b": second}

    market = make_market(sessions=20, series={"x": [1.0, 2.0] * 10})
    result = run(Counting(), market, check=False)
    assert (list(result.baskets), len(result.decided), result.market) == (
        ["cash", "a", "b"],
        20,
        market,
    )
    # The second time on shuffled prices, to see how far they reach into its signals.
    assert sorted(asked) == ["baskets", "regime", "regime"]
    flat = replace(market, series=market.series * 0.0)
    assert run(Counting(), flat, check=False).switches == 1
    assert result.switches == 19
