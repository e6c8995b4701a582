"""Laws that hold for every strategy and every trigger, discovered and not listed."""

import hashlib
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest

from backtest.costs import CostModel
from backtest.data.sample import sample_market
from backtest.engine.plan import orders
from backtest.engine.simulate import simulate
from backtest.market import Market
from backtest.strategy.alter import altered, turned
from backtest.strategy.decisions import rotates
from backtest.strategy.holding import fitted
from backtest.strategy.leaks import leaks
from tests.discovery import all_strategies, all_triggers
from tests.markets import make_market, with_valuations

STRATEGIES = all_strategies()
TRIGGERS = all_triggers()
CUTS = (150, 399)


@pytest.fixture(scope="module")
def market() -> Market:
    """A market with late listings, suspensions and all sectors the strategies name."""
    from backtest.market.universe import sectors

    made = make_market(
        sessions=460,
        sectors=tuple(sectors()),
        bond=True,
        late={"coal": 300, "computer": 100, "bond": 200},
        suspended={"steel": (395, 402), "auto": (140, 151)},
        money_rate=1.5,
        seed=11,
    )
    return with_valuations(made)


@pytest.fixture(scope="module")
def _altered_once():
    """Every subject is asked on the same altered markets, and they are made once."""
    made = {}

    def once(seen, last, seed, names=None):
        asked = (last, seed, names and tuple(names))
        if asked not in made:
            made[asked] = altered(seen, last, seed, names)
        return made[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backtest.strategy.leaks.altered", once)
        yield


@pytest.mark.usefixtures("_altered_once")
@pytest.mark.parametrize("subject", [*STRATEGIES, *TRIGGERS], ids=lambda s: type(s).__name__)
def test_nothing_knows_the_future(subject, market):
    assert leaks(subject, market, CUTS) == ()


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda t: type(t).__name__)
def test_an_answer_is_three_valued_and_on_every_session(trigger, market):
    answer = trigger.answer(market)
    assert answer.dtype == "boolean"
    assert answer.index.equals(market.sessions)


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda t: type(t).__name__)
def test_a_trigger_and_its_opposite_never_both_fire(trigger, market):
    assert not (trigger.fires(market) & (~trigger).fires(market)).any()
    unknown = trigger.answer(market).isna()
    assert not trigger.fires(market)[unknown].any()
    assert not (~trigger).fires(market)[unknown].any()


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda t: type(t).__name__)
def test_triggers_are_values(trigger):
    twin = replace(trigger)
    assert twin == trigger
    assert hash(twin) == hash(trigger)
    assert repr(twin) == repr(trigger)
    with pytest.raises(TypeError, match="combine triggers with"):
        bool(trigger and twin)


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: s.name)
def test_weights_are_fractions_that_sum_to_at_most_one(strategy, market):
    weights = strategy.target_weights(market)
    assert weights.notna().any(axis=None), "the strategy must do something on the test market"
    assert (weights.fillna(0.0) >= 0).all(axis=None)
    assert (weights.sum(axis=1) <= 1 + 1e-12).all()
    orders(fitted(weights, market), market)


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: s.name)
def test_permuting_instruments_permutes_weights(strategy, market):
    shuffled = turned(market, seed=2)
    weights = strategy.target_weights(market)
    other = strategy.target_weights(shuffled)[list(weights.columns)]
    pd.testing.assert_frame_equal(other, weights, rtol=1e-12, atol=1e-14)


ROTATIONS = [strategy for strategy in STRATEGIES if rotates(strategy)]


@pytest.mark.parametrize("strategy", ROTATIONS, ids=lambda s: s.name)
def test_no_parameter_shapes_the_baskets_that_is_not_said_to(strategy, market):
    before = strategy.weighed(market)
    for name, value in vars(strategy).items():
        if name in strategy.shapes_baskets() or isinstance(value, str | None):
            continue
        other = replace(strategy, **{name: value + 1 if isinstance(value, int) else value * 0.9})
        after = other.weighed(replace(market))  # one that remembers nothing
        assert list(before) == list(after)
        assert all(before[held].equals(after[held]) for held in before), name


@pytest.mark.parametrize("fill", ["open", "close"])
@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: s.name)
def test_more_cost_never_pays(strategy, market, fill):
    targets = strategy.target_weights(market)
    final = [
        simulate(
            targets,
            market,
            costs=CostModel.from_bps(commission=bps, stamp_duty=2 * bps),
            fill=fill,
            cash=1e6,
        ).equity.iloc[-1]
        for bps in (0.0, 5.0, 50.0)
    ]
    assert final == sorted(final, reverse=True)


def fingerprint() -> str:
    """Return a digest of all strategies' equity, weights and orders on the sample's first year."""
    from backtest.engine.run import run_many

    digest = hashlib.sha256()
    for result in run_many(STRATEGIES, sample_market().until("2015-12-31")):
        digest.update(result.equity.to_numpy().tobytes())
        digest.update(result.weights.to_numpy().tobytes())
        digest.update(result.orders.to_csv().encode())
        digest.update(repr(result.summary()).encode())
    return digest.hexdigest()


def test_results_are_the_same_bytes_in_another_process():
    first = fingerprint()
    code = "from tests.test_laws import fingerprint; print(fingerprint())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == first
