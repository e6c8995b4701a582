"""vectorbt's engine against the independent ledger: every day's equity within 1e-9."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.costs import ETF_COSTS, FREE, STOCK_COSTS, CostModel
from backtest.data.sample import sample_market
from backtest.engine.simulate import Simulation, simulate
from backtest.errors import UserError
from backtest.market import Market
from tests.discovery import all_strategies
from tests.markets import SECTORS, make_market
from tests.oracle import Ledger, ledger

NAN = np.nan


def judged(targets, market: Market, costs: CostModel, fill: str, cash: float) -> Ledger:
    """Return the ledger's account; costs are looked up rule by rule, not through `rates`."""
    kinds = {name: market.universe.by_id[name].kind for name in market.instruments}

    def rates(session, instrument, side):
        total = {"commission": 0.0, "other": 0.0}
        for rule in costs.rules:
            applies = (
                rule.side in (side, "both")
                and kinds[instrument] in rule.kinds
                and (rule.start is None or session.date() >= rule.start)
                and (rule.end is None or session.date() < rule.end)
            )
            if applies:
                total["commission" if rule.component == "commission" else "other"] += rule.rate
        return total["commission"], total["other"]

    return ledger(
        targets,
        market,
        rates=rates,
        minimum_commission=costs.minimum_commission,
        fill=fill,
        cash=cash,
    )


def assert_agree(ours: Simulation, theirs: Ledger) -> None:
    np.testing.assert_allclose(ours.equity, theirs.equity, rtol=1e-9)
    np.testing.assert_allclose(
        ours.shares, theirs.shares[ours.shares.columns], rtol=1e-7, atol=1e-6
    )
    assert len(ours.orders) == len(theirs.orders)
    if theirs.orders:
        log = pd.DataFrame(theirs.orders).sort_values(
            ["filled", "side", "instrument"], ascending=[True, False, True]
        )
        for column in ("decided", "due", "filled", "instrument", "side"):
            assert ours.orders[column].tolist() == log[column].tolist()
        np.testing.assert_allclose(ours.orders["value"], log["value"], rtol=1e-6, atol=1e-3)
        np.testing.assert_allclose(
            ours.orders["cost"], log["commission"] + log["other_cost"], rtol=1e-6, atol=1e-6
        )


def assert_engine_agrees(targets, market, costs, fill, cash=1e6) -> None:
    ours = simulate(targets, market, costs=costs, fill=fill, cash=cash)
    assert_agree(ours, judged(targets, market, costs, fill, cash))


@pytest.fixture(scope="module")
def real() -> Market:
    folder = os.environ.get("NQP_MARKET_DATA")
    if not folder:
        pytest.skip("NQP_MARKET_DATA is not set: the real sector data are not at hand")
    from tests.real import real_market

    return real_market(Path(folder)).between("2023-01-03", "2024-12-31")


@pytest.mark.parametrize("strategy", all_strategies(), ids=lambda s: s.name)
def test_every_strategy_on_the_sample_market(strategy):
    market = sample_market().between("2018-01-02", "2020-12-31")
    targets = strategy.target_weights(market)
    assert_engine_agrees(targets, market, STOCK_COSTS, "open")


@pytest.mark.parametrize("strategy", all_strategies(), ids=lambda s: s.name)
def test_every_strategy_on_the_real_market(strategy, real):
    targets = strategy.target_weights(real)
    assert_engine_agrees(targets, real, ETF_COSTS, "open")
    assert_engine_agrees(targets, real, STOCK_COSTS, "close")


COSTS = st.sampled_from(
    [
        FREE,
        ETF_COSTS,
        STOCK_COSTS,
        CostModel.from_bps(commission=30, stamp_duty=80, minimum_commission=50),
        CostModel.from_bps(slippage=300),
    ]
)


@st.composite
def cases(draw):
    """Draw a market with everything that can go wrong in it, and targets for it."""
    rows = draw(st.integers(3, 40))
    spans = st.tuples(st.integers(0, rows - 1), st.integers(0, 6)).map(
        lambda s: (s[0], s[0] + s[1])
    )
    some = st.dictionaries(st.sampled_from(SECTORS), spans, max_size=3)
    market = make_market(
        sessions=rows,
        seed=draw(st.integers(0, 99)),
        start=draw(st.sampled_from(["2022-04-20", "2023-08-15"])),
        opens=draw(st.booleans()),
        money_rate=draw(st.sampled_from([None, 2.0])),
        late=draw(st.dictionaries(st.sampled_from(SECTORS), st.integers(0, rows - 1), max_size=2)),
        suspended=draw(some),
        no_buy=draw(some),
        no_sell=draw(some),
        lot=draw(st.sampled_from([0, 0, 100])),
    )
    seed = np.random.default_rng(draw(st.integers(0, 999)))
    weights = seed.dirichlet(np.full(len(SECTORS), 0.5), rows) * seed.uniform(0.3, 1, (rows, 1))
    weights[seed.random((rows, len(SECTORS))) < 0.3] = 0.0
    weights = np.where(market.close.notna(), weights, 0.0)
    weights[seed.random(rows) < draw(st.sampled_from([0.3, 0.8]))] = NAN
    targets = pd.DataFrame(weights, market.sessions, market.close.columns)
    fill = draw(st.sampled_from(["open", "close"]))
    return targets, market, draw(COSTS), fill, draw(st.sampled_from([1e6, 3_000.0]))


@settings(max_examples=40)
@given(cases())
def test_random_markets_and_targets(case):
    assert_engine_agrees(*case)


def test_what_was_decided_before_the_window_is_bought_on_its_first_session():
    market = make_market(close={"machinery": [10, 20, 40, 80]}, opens=False)
    targets = pd.DataFrame({"MACHINERY": [1.0, NAN, NAN, NAN]}, market.sessions)
    late = simulate(targets, market, costs=FREE, fill="close", cash=100.0, first=2)
    assert late.equity.tolist() == pytest.approx([100, 200])
    assert late.orders["filled"].tolist() == [market.sessions[2]]


def test_the_order_log_says_when_it_was_late_and_what_it_cost():
    market = make_market(
        close={"machinery": [10.0] * 5}, opens=False, suspended={"machinery": (1, 2)}
    )
    targets = pd.DataFrame({"MACHINERY": [1.0, NAN, NAN, NAN, NAN]}, market.sessions)
    costs = CostModel.from_bps(commission=10, slippage=20, minimum_commission=2.0)
    (order,) = simulate(targets, market, costs=costs, fill="close", cash=1000.0).orders.to_dict(
        "records"
    )
    value = (1000 - 2) / 1.002
    assert order["sessions_late"] == 2
    assert order["filled"] == market.sessions[3]
    assert order["value"] == pytest.approx(value)
    assert order["commission"] == 2.0
    assert order["slippage"] == pytest.approx(0.002 * value)
    assert order["cost"] == pytest.approx(1000 - value)


def test_an_order_that_can_never_fill_is_named():
    market = make_market(close={"machinery": [10.0] * 4}, suspended={"machinery": (1, 3)})
    targets = pd.DataFrame({"MACHINERY": [1.0, NAN, NAN, NAN]}, market.sessions)
    result = simulate(targets, market, costs=FREE, fill="close", cash=1.0)
    assert result.unfilled == ("MACHINERY",)
    assert result.orders.empty


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ({"MACHINERY": [1.2, NAN, NAN]}, "weights of 2020-01-01 sum to 1.2000"),
        ({"MACHINERY": [-0.1, NAN, NAN]}, "weight of MACHINERY on 2020-01-01 was -0.1"),
        ({"AUTO": [0.5, NAN, NAN]}, "AUTO has a weight of 0.5000 on 2020-01-01 but no price"),
        ({"MACHINE": [1.0, NAN, NAN]}, r"names 'MACHINE'.*did you mean 'MACHINERY'"),
    ],
)
def test_targets_that_cannot_be_meant(weights, says):
    market = make_market(close={"machinery": [1, 1, 1], "auto": [NAN, 1, 1]})
    with pytest.raises(UserError, match=says):
        simulate(pd.DataFrame(weights, market.sessions), market, costs=FREE, fill="close", cash=1.0)


def test_rows_that_are_left_out_order_nothing():
    market = make_market(sessions=5)
    sparse = pd.DataFrame({"AUTO": [1.0]}, market.sessions[1:2])
    full = sparse.reindex(market.sessions)
    terms = {"costs": FREE, "fill": "close", "cash": 1.0}
    assert simulate(sparse, market, **terms).equity.eq(simulate(full, market, **terms).equity).all()


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        (None, "return a DataFrame"),
        (pd.DataFrame({"AUTO": [1.0]}, [pd.Timestamp("1999-01-01")]), "no session of market test"),
        (pd.DataFrame({"AUTO": ["all"]}, [pd.Timestamp("2020-01-01")]), "must be numbers or NaN"),
        (
            pd.DataFrame({"AUTO": [1.0, 0.0]}, [pd.Timestamp("2020-01-01")] * 2),
            "has a row for a session twice",
        ),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, says):
    with pytest.raises(UserError, match=says):
        simulate(targets, make_market(sessions=5), costs=FREE, fill="close", cash=1.0)
