"""Strategies and triggers that look ahead are found, and what they read of the future is named."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from backtest.strategy import Strategy
from backtest.strategy.allocation import cash, equal
from backtest.strategy.leaks import cut_sessions, decided, leaks
from backtest.strategy.look import Quick, look, quick_check
from backtest.triggers import Trigger
from strategies import RateRotation
from tests.markets import make_market


def alike(chosen: pd.DataFrame) -> pd.DataFrame:
    """Hold what is chosen in equal parts."""
    return chosen.div(chosen.sum(axis=1).replace(0, 1), axis=0)


@dataclass(frozen=True)
class TomorrowsWinners(Strategy):
    def target_weights(self, market):
        return alike(market.close.shift(-1) > market.close)


@dataclass(frozen=True)
class WholeRecordMean(Strategy):
    def target_weights(self, market):
        yields = market.series["cn10y"]
        return equal(market).where(yields > yields.mean(), 0.0)


@dataclass(frozen=True)
class LaterBenchmark(Strategy):
    def target_weights(self, market):
        rises = market.benchmark.pct_change(5).shift(-5) > 0
        return equal(market).where(rises, 0.0)


@dataclass(frozen=True)
class TodaysOpenTomorrow(Strategy):
    def target_weights(self, market):
        return alike(market.open.shift(-1) > market.close)


@dataclass(frozen=True)
class BusyLater(Strategy):
    def target_weights(self, market):
        value = market.turnover
        return alike(value.rolling(20).mean().shift(-10) > value.expanding().mean())


@dataclass(frozen=True)
class LastOfMonth(Strategy):
    def target_weights(self, market):
        month = market.sessions.to_period("M")
        last = np.append(month[1:] != month[:-1], True)
        return equal(market).where(pd.Series(last, market.sessions), np.nan)


@dataclass(frozen=True)
class KnowsSuspensions(Strategy):
    def target_weights(self, market):
        return alike(market.close.notna() & market.can_sell.shift(-3, fill_value=True))


@dataclass(frozen=True)
class PeekingRegime(Strategy):
    """Its weights are honest, the name of what it holds is not."""

    def target_weights(self, market):
        return equal(market)

    def regime(self, market):
        up = market.benchmark.shift(-1) > market.benchmark
        return pd.Series(np.where(up, "up", "down"), market.sessions)


@dataclass(frozen=True)
class HighestOfAll(Trigger):
    def evaluate(self, market):
        return (market.benchmark >= 0.9 * market.benchmark.max()).astype("boolean")


@dataclass(frozen=True)
class Honest(Strategy):
    def target_weights(self, market):
        past = market.close / market.close.expanding().mean()
        return alike(past.rank(axis=1) > 3)


@pytest.fixture(scope="module")
def market():
    return make_market(
        sessions=500, suspended={"auto": (200, 230), "computer": (300, 310)}, money_rate=1.5, seed=3
    )


PEEKING = [
    (TomorrowsWinners(), {"close"}, 1, False),
    (WholeRecordMean(), {"series cn10y"}, None, True),
    (LaterBenchmark(), {"benchmark"}, 5, False),
    (TodaysOpenTomorrow(), {"open"}, 1, False),
    (BusyLater(), {"turnover"}, 10, False),
    (LastOfMonth(), {"later sessions"}, 1, False),
    (KnowsSuspensions(), {"tradability"}, 3, False),
    (PeekingRegime(), {"benchmark"}, 1, False),
    (HighestOfAll(), {"benchmark"}, None, True),
]


@pytest.mark.parametrize(
    ("subject", "names", "ahead", "whole"), PEEKING, ids=lambda x: type(x).__name__
)
def test_what_looks_ahead_is_found_and_its_input_named(subject, names, ahead, whole, market):
    cuts = cut_sessions(decided(subject, market), 4, seed=0)
    found = leaks(subject, market, cuts)
    assert {leak.input for leak in found} == names
    (leak,) = found
    assert leak.first <= leak.cut < market.sessions[-1]
    assert leak.whole is whole
    if ahead is not None:
        assert 1 <= leak.ahead <= ahead
    assert quick_check(subject, market, seconds=600.0).leak  # not by the machine's speed


def test_the_instruments_whose_weights_change_are_named(market):
    subject = TomorrowsWinners()
    (leak,) = leaks(subject, market, [250])
    assert leak.first == leak.cut == market.sessions[250]
    whole = subject.target_weights(market).iloc[250]
    cut = subject.target_weights(market.until(market.sessions[250])).iloc[250]
    assert set(whole.index[whole != cut]) <= set(market.instruments)
    assert leak.instruments


@pytest.mark.parametrize("subject", [Honest(), RateRotation()], ids=lambda x: type(x).__name__)
def test_what_does_not_look_ahead_passes(subject, market):
    assert leaks(subject, market, cut_sessions(decided(subject, market), 6, seed=0)) == ()
    assert quick_check(subject, market).leak is None


def test_cuts_are_where_decisions_change_at_random_and_at_the_end(market):
    full = decided(RateRotation(), market)
    cuts = cut_sessions(full, 12, seed=0)
    assert cuts == cut_sessions(full, 12, seed=0) != cut_sessions(full, 12, seed=1)
    assert len(cuts) <= 12
    assert cuts[-1] == len(market.sessions) - 2
    assert set(cuts) & set(full.changes().tolist())


def test_nothing_decided_leaves_nowhere_to_cut(market):
    @dataclass(frozen=True)
    class Waits(Strategy):
        def target_weights(self, market):
            return cash(market) * np.nan

    assert cut_sessions(decided(Waits(), market), 12, seed=0) == []
    assert quick_check(Waits(), market) == Quick(None, 0, 0)


def test_a_short_check_that_runs_out_of_time_says_so(market):
    assert look(Honest(), market, seconds=600.0).notes == ()
    short = replace(market)  # what was found on the other is not remembered here
    seen = look(Honest(), short, seconds=0.0)
    (note,) = seen.notes
    assert str(note).startswith("the short check for look-ahead ran out of time after 1 of 9 tries")
    assert "nqp check test_leaks.py:Honest" in str(note)
    assert not seen.peeks
