"""Placebos trade like the strategy, are all there are where few, and find planted timing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from backtest import run
from backtest.costs import FREE
from backtest.errors import UserError
from backtest.evidence import placebo
from backtest.evidence.foresight import foresight
from backtest.evidence.placebo import (
    _all_lengths,
    _some_lengths,
    sectors_dealt,
    switch_dates,
    time_shifts,
)
from backtest.evidence.regime_replay import late, regime_replay, stretches
from backtest.strategy import RotationStrategy
from backtest.strategy.allocation import spread
from backtest.strategy.basket import Basket
from strategies import EqualWeight, ThesisRotation
from tests.markets import make_market

A, B = Basket.of("a", ["machinery", "auto"]), Basket.of("b", ["computer", "construction"])


@dataclass(frozen=True)
class Dated(RotationStrategy):
    """Hold a, then b from a session on, then a again from another."""

    enter: int = 60
    leave: int = 1000

    def regime(self, market) -> pd.Series:
        number = np.arange(len(market.sessions))
        inside = (number >= self.enter) & (number < self.leave)
        return pd.Series(np.where(inside, "b", "a"), index=market.sessions, dtype=object)

    def baskets(self, market) -> Mapping[str, pd.DataFrame]:
        return {"a": spread(market, A), "b": spread(market, B)}


def rotating(seed=0, sessions=160):
    """Return a market in which a's sectors gain until session 60 and b's from then on."""
    made = make_market(sessions=sessions, seed=seed)
    tilt = np.where(np.arange(sessions) < 61, 0.004, -0.004)
    close = made.close.copy()
    for name in ("MACHINERY", "AUTO"):
        close[name] *= np.cumprod(1.0 + tilt)
    for name in ("COMPUTER", "CONSTRUCTION"):
        close[name] *= np.cumprod(1.0 - tilt)
    return replace(made, close=close, open=None)


@pytest.mark.parametrize("first", [0, 40])
def test_playing_its_own_path_is_running_it(first):
    made = make_market(sessions=300, bond=True, money_rate=2.0)
    strategy = ThesisRotation(fall_bp=2)
    played = regime_replay(strategy, made, first=first)
    result = run(strategy, made, start=made.sessions[first])
    own = played.figures(played.path[None]).iloc[0]
    assert own["total_return"] == pytest.approx(result.summary()["total_return"], abs=1e-10)
    assert own["sharpe"] == pytest.approx(result.summary()["sharpe"], abs=1e-8)


def test_one_switch_has_every_date_as_placebo():
    made = rotating()
    found = switch_dates(regime_replay(Dated(), made, costs=FREE))
    assert found.exact
    assert len(found.figures) == 158  # after the first of 159 decisions that fill, to the last
    best = found.figures["total_return"].max()
    assert found.actual["total_return"] > 0.9 * best
    assert found.p["total_return"] < 0.06
    mine = [run(Dated(enter=k), made, costs=FREE) for k in (1, 80)]
    for result, row in zip(mine, (0, 79), strict=True):
        expected = result.summary()["total_return"]
        assert found.figures["total_return"].iloc[row] == pytest.approx(expected, abs=1e-10)


def test_paths_keep_number_order_and_spacing():
    lengths = _some_lengths(30, 4, 500, np.random.default_rng(0))
    assert (lengths.sum(axis=1) == 30).all()
    assert (lengths >= 0).all()
    every = list(_all_lengths(3, 3))
    assert len(every) == 10
    assert all(sum(one) == 3 for one in every)
    assert len({tuple(one) for one in every}) == 10


def test_two_switches_are_drawn_when_there_are_many():
    played = regime_replay(Dated(40, 90), rotating(), costs=FREE)
    found = switch_dates(played, draws=300)
    assert not found.exact
    assert len(found.figures) == 300
    assert len(time_shifts(played, draws=50).figures) == 50


def test_sectors_dealt_again_equal_baskets_built_that_way():
    made = make_market(sessions=150)
    played = regime_replay(Dated(), made)
    order = np.array([[1, 0, 2, 3, 5, 4]])
    swap = {"MACHINERY": "COMPUTER", "COMPUTER": "MACHINERY"}
    swap |= {"PHARMA_BIOTECH": "AUTO", "AUTO": "PHARMA_BIOTECH"}

    @dataclass(frozen=True)
    class Other(Dated):
        def baskets(self, market):
            return {
                name: weights.rename(columns=swap)[list(market.close.columns)]
                for name, weights in super().baskets(market).items()
            }

    expected = run(Other(), made).summary()["total_return"]
    assert played.dealt(order)["total_return"].iloc[0] == pytest.approx(expected, abs=1e-10)
    same = played.dealt(np.arange(6)[None])["total_return"].iloc[0]
    assert same == pytest.approx(played.figures(played.path[None])["total_return"].iloc[0])


def test_planted_sectors_are_found_and_the_rest_is_not():
    found = sectors_dealt(regime_replay(Dated(), rotating(), costs=FREE), deals=300)
    assert found.p["total_return"] < 0.03
    assert not found.exact


def test_deals_lie_as_far_apart_as_baskets_that_move_together(monkeypatch):
    made = rotating()
    close = made.close.copy()
    close["AUTO"] = 0.5 * close["MACHINERY"]
    close["CONSTRUCTION"] = 2.0 * close["COMPUTER"]
    played = regime_replay(Dated(), replace(made, close=close), costs=FREE)
    orders = np.vstack([np.arange(6), [0, 2, 1, 3, 4, 5], [1, 0, 2, 3, 5, 4]])
    own, mixed, swapped = placebo.spread_of_deals(played, orders)
    assert mixed < own  # of two that move as one, one was taken away
    assert swapped != pytest.approx(mixed)
    found = sectors_dealt(played, deals=60).figures
    monkeypatch.setattr(placebo, "spread_of_deals", lambda played, orders: np.ones(len(orders)))
    plain = sectors_dealt(played, deals=60).figures
    spread = [np.log1p(one["total_return"]).std() for one in (found, plain)]
    assert spread[0] > 1.1 * spread[1]


@pytest.mark.parametrize("test", [switch_dates, time_shifts])
def test_size_under_the_null(test):
    """Without anything to time, one switching strategy in five has a p-value below 0.2."""
    below = 0
    for seed in range(60):
        made = make_market(sessions=120, seed=seed, opens=False)
        enter = int(np.random.default_rng(seed).integers(5, 115))
        found = test(regime_replay(Dated(enter=enter), made, costs=FREE), draws=49)
        below += found.p["total_return"] <= 0.2
    assert 4 <= below <= 21


def test_what_never_switches_has_no_dates_to_test():
    played = regime_replay(Dated(enter=1000), make_market(sessions=80))
    assert switch_dates(played) is None
    assert time_shifts(played) is None
    with pytest.raises(UserError, match="does not rotate"):
        regime_replay(EqualWeight(), make_market(sessions=80))


def test_being_late_keeps_what_was_decided_before():
    path = np.array([0, 0, 1, 1, 2, 2], dtype=np.int8)
    assert late(path, 1).tolist() == [0, 0, 0, 1, 1, 2]
    assert late(path, 2, first=3).tolist() == [0, 0, 1, 1, 1, 1]
    starts, codes = stretches(path)
    assert (starts.tolist(), codes.tolist()) == ([0, 2, 4], [0, 1, 2])


def test_ladder_goes_down_and_knows_the_planted_switch():
    made = rotating()
    found = foresight(regime_replay(Dated(enter=75), made, costs=FREE), "dated", hold=5, draws=60)
    returns = found.rungs["total_return"]
    wrong = [returns[name] for name in ("perfect foresight", "wrong 10%", "wrong 20%", "wrong 30%")]
    assert all(above >= below for above, below in pairwise(wrong))
    assert returns["perfect foresight"] >= returns["dated"] - 1e-9
    assert returns["perfect foresight"] > returns["1 month late"] > returns["3 months late"]
    assert found.delay.loc[0, "total_return"] == pytest.approx(returns["dated"])
    assert found.captured < 1.0
    assert returns["mean of the baskets"] <= returns["best basket throughout"]
