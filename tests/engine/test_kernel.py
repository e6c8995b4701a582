"""The kernel against simulate.py: every day's equity within 1e-9, and the figures of a summary."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backtest.costs import ETF_COSTS, FREE, CostModel
from backtest.data.sample import sample_market
from backtest.engine import kernel
from backtest.engine.run import run
from backtest.engine.simulate import simulate
from backtest.market import Market
from backtest.strategy import RotationStrategy
from strategies import ThesisRotation
from tests.markets import SECTORS, make_market

NAMES = ["steady", "moving", "single", "nothing", "young", "cash"]
DEAR = CostModel.from_bps(commission=3, slippage=5, stamp_duty=50, minimum_commission=30)
SCHEDULES = (
    *("monthly", "quarterly", "never", "daily", "every:7", "month-end", "band:0.02"),
    *("weekly+band:0.03", "every:3+turnover:0.1", "band:0.01+turnover:0.04"),
)
COSTS = (FREE, ETF_COSTS, DEAR, CostModel.from_bps(commission=2.5, stamp_duty=5))


@dataclass(frozen=True)
class Scripted(RotationStrategy):
    """Holds what its script says; `seed` draws the script and the baskets."""

    seed: int = 0
    stay: float = 0.9

    def regime(self, market: Market) -> pd.Series:
        draw = np.random.default_rng(self.seed)
        moves = draw.random(len(market.sessions)) > self.stay
        held = draw.choice(NAMES, len(market.sessions))
        return pd.Series(held, market.sessions, dtype=object).where(moves).ffill().fillna("steady")

    def baskets(self, market: Market) -> dict[str, pd.DataFrame]:
        draw = np.random.default_rng(self.seed + 1)
        listed = market.close.notna()
        fixed = draw.random(market.close.shape[1]) * (draw.random(market.close.shape[1]) < 0.6)
        steady = listed * (fixed + 1e-3)
        moving = listed * draw.random(market.close.shape)
        single = listed.astype(float).where(listed.cumsum(axis=1) == 1, 0.0)
        aged = pd.Series(np.arange(len(listed)) > 30, listed.index)
        return {
            "steady": steady.div(steady.sum(axis=1), axis=0).fillna(0.0),
            "moving": 0.9 * moving.div(moving.sum(axis=1), axis=0).fillna(0.0),
            "single": single,
            "nothing": listed * 0.0,
            "young": steady.div(2 * steady.sum(axis=1), axis=0).where(aged, axis=0),
        }


def in_kernel(strategy, market, costs, fill, cash, first, variants=1000):
    """Return the kernel's equity and figures of one rotation."""
    on = kernel.stage(market, costs, fill, cash, first)
    laid, on = kernel.rotation(strategy.weighed(market), strategy.rebalance, NAMES, market, on)
    codes = np.array([[NAMES.index(name) for name in strategy.regime(market)]], dtype=np.int8)
    growth = kernel.growth(laid, variants)
    equity = kernel.equity(codes, laid, on, growth)[0]
    figures, wrong = kernel.figures(codes, laid, on, growth)
    assert not wrong.any()
    return equity, dict(zip(kernel.FIGURES, figures[0].tolist(), strict=True))


def agree(strategy, market, costs, fill, cash, first):
    """Hold the kernel, with growth tables and without, to the engine."""
    start = None if first == 0 else market.sessions[first]
    result = run(strategy, market, costs=costs, fill=fill, cash=cash, start=start)
    targets = strategy.target_weights(market)
    terms = {"costs": costs, "fill": fill, "cash": cash, "first": first}
    simulated = simulate(targets, market, **terms, rebalance=strategy.rebalance)
    summary = result.summary()
    for variants in (1, 200, 10_000):
        equity, figures = in_kernel(strategy, market, costs, fill, cash, first, variants)
        np.testing.assert_allclose(equity, simulated.equity.to_numpy(), rtol=1e-9)
        for name, value in figures.items():
            assert value == pytest.approx(summary[name], rel=1e-7, abs=1e-9, nan_ok=True), name


spans = st.tuples(st.integers(0, 115), st.integers(0, 40)).map(lambda s: (s[0], s[0] + s[1]))
per_sector = st.dictionaries(st.sampled_from(SECTORS), spans, max_size=3)


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10_000),
    stay=st.sampled_from([0.5, 0.9, 0.98, 1.0]),
    schedule=st.sampled_from(SCHEDULES),
    costs=st.sampled_from(COSTS),
    fill=st.sampled_from(["open", "close"]),
    cash=st.sampled_from([3_000.0, 50_000.0, 1e6, 1e8]),
    first=st.sampled_from([0, 1, 37, 100]),
    lot=st.sampled_from([0, 0, 100]),
    money=st.sampled_from([None, 2.0]),
    late=st.dictionaries(st.sampled_from(SECTORS), st.integers(1, 110), max_size=3),
    suspended=per_sector,
    no_buy=per_sector,
    no_sell=per_sector,
)
@example(
    seed=1, stay=0.9, schedule="monthly", costs=ETF_COSTS, fill="open", cash=1e6, first=0, lot=0,
    money=None, late={}, suspended={}, no_buy={}, no_sell={},
)  # fmt: skip
def test_every_day_equals_the_simulator(
    seed, stay, schedule, costs, fill, cash, first, lot, money, late, suspended, no_buy, no_sell
):
    market = make_market(
        sessions=120,
        seed=seed,
        lot=lot,
        money_rate=money,
        late=late,
        suspended=suspended,
        no_buy=no_buy,
        no_sell=no_sell,
    )
    strategy = Scripted(seed=seed, stay=stay, rebalance=schedule)
    agree(strategy, market, costs, fill, cash, first)


@pytest.mark.parametrize("costs", COSTS, ids=lambda costs: costs.name)
def test_moves_that_others_made_before_change_no_number(costs):
    """Variants part early and go on alike: the same moves, made at many values."""
    market, draw = make_market(sessions=300, late={"auto": 150}), np.random.default_rng(3)
    strategy = Scripted(seed=5, rebalance="monthly")
    on = kernel.stage(market, costs, "close", 100_000.0, 0)
    laid, on = kernel.rotation(strategy.weighed(market), "monthly", NAMES, market, on)
    codes = np.tile(np.repeat(draw.integers(0, len(NAMES), 60), 5), (150, 1)).astype(np.int8)
    codes[:, :40] = np.repeat(draw.integers(0, len(NAMES), (150, 8)), 5, axis=1)
    growth = kernel.growth(laid, len(codes))
    together = kernel.equity(codes, laid, on, growth)
    assert np.ptp(together[:, 40]) > 1000
    for row, equity in enumerate(together):
        alone = kernel.equity(codes[[row]], laid, on, growth)[0]
        np.testing.assert_array_equal(equity, alone)


@pytest.mark.parametrize(
    ("costs", "start"),
    [*((costs, None) for costs in COSTS), (ETF_COSTS, "2017-05-08")],
    ids=lambda given: getattr(given, "name", given),
)
def test_the_thesis_on_the_sample_market(costs, start):
    market, strategy = sample_market().until("2018-12-28"), ThesisRotation()
    first = 0 if start is None else int(market.sessions.searchsorted(pd.Timestamp(start)))
    names = [*strategy.cases(), "cash"]
    on = kernel.stage(market, costs, "open", 1e6, first)
    laid, on = kernel.rotation(strategy.weighed(market), "monthly", names, market, on)
    codes = np.array([[names.index(name) for name in strategy.regime(market)]], dtype=np.int16)
    result = run(strategy, market, costs=costs, start=start)
    summary = result.summary()
    for variants in (1, 200, 10_000):
        growth = kernel.growth(laid, variants)
        equity = kernel.equity(codes, laid, on, growth)[0]
        np.testing.assert_allclose(equity, result.equity.to_numpy(), rtol=1e-12)
        found = kernel.figures(codes, laid, on, growth)[0][0]
        figures = dict(zip(kernel.FIGURES, found, strict=True))
        assert figures == pytest.approx({name: summary[name] for name in figures}, rel=1e-10)


def test_two_sessions_and_one_order_by_hand():
    market = make_market(close={"machinery": [10.0, 10.0, 11.0]}, opens=False)
    on = kernel.stage(market, CostModel.from_bps(commission=100), "close", 1010.0, 0)
    weights = pd.DataFrame(1.0, market.sessions, market.instruments)
    laid, on = kernel.rotation({"all": weights}, "never", ["all"], market, on)
    growth = kernel.growth(laid, 1)
    codes = np.zeros((1, 3), dtype=np.int8)
    # 1010 buy 100 shares at 10 and pay 1 % of 1000
    assert kernel.equity(codes, laid, on, growth)[0] == pytest.approx([1010, 1000, 1100])
    figures = dict(zip(kernel.FIGURES, kernel.figures(codes, laid, on, growth)[0][0], strict=True))
    assert figures["total_return"] == pytest.approx(1100 / 1010 - 1)
    assert figures["costs_paid"] == pytest.approx(10)
    assert figures["max_drawdown"] == pytest.approx(1000 / 1010 - 1)
    assert figures["turnover"] == pytest.approx(0.5 * 1000 / 1000 / (3 / 242))
    assert figures["switches"] == 1  # from cash


def test_a_variant_in_cash_has_no_ratios():
    market = make_market(sessions=60, money_rate=2.0)
    _, figures = in_kernel(Held("cash"), market, FREE, "open", 1e6, 0)
    assert np.isnan([figures["sharpe"], figures["sortino"], figures["calmar"]]).all()
    assert figures["turnover"] == figures["costs_paid"] == figures["max_drawdown"] == 0


def test_rows_that_cannot_be_meant_are_reported():
    market = make_market(sessions=20, late={"auto": 10})
    on = kernel.stage(market, FREE, "open", 1e6, 0)
    weights = pd.DataFrame(1.0 / len(SECTORS), market.sessions, market.instruments)
    names = ["all", "none"]
    laid, on = kernel.rotation({"all": weights}, "never", names, market, on)
    codes = np.array([[0] * 20, [1] * 20, [1] * 12 + [0] * 8], dtype=np.int8)
    _, wrong = kernel.figures(codes, laid, on, kernel.growth(laid, 1))
    assert wrong.tolist() == [True, False, False]


@dataclass(frozen=True)
class Held(Scripted):
    """Holds one basket throughout."""

    what: str = "steady"

    def __init__(self, what: str) -> None:
        super().__init__()
        object.__setattr__(self, "what", what)

    def regime(self, market: Market) -> pd.Series:
        return pd.Series(self.what, market.sessions, dtype=object)
