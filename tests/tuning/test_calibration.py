"""The verdict's error rates on a few simulated markets; the full table is a benchmark."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.tuning.shifts import Signals
from backtest.tuning.timing_test import timing_test
from tests.tuning.simulated import (
    ETF,
    PER_YEAR,
    Terms,
    best_of,
    net_returns,
    rate_signals,
    worlds,
)


def shares(terms: Terms, count: int = 24) -> tuple[float, float]:
    """Return how often the best variant's p is at most 5 %, and its bound below 0.5."""
    sure, small = [], []
    for world in worlds(terms, count):
        codes = rate_signals(world.yields)
        best = best_of(net_returns(codes, world.baskets, ETF))
        found = timing_test(codes[best], Signals(codes, world.baskets), per_year=PER_YEAR)
        sure.append(found.p <= 0.05)
        small.append(found.bound < 0.5)
    return float(np.mean(sure)), float(np.mean(small))


@pytest.mark.parametrize(
    "terms",
    [Terms(), Terms(regimes=0.1), Terms(gap=0.1), Terms(drift=0.2, betas=(1.2, 0.8))],
    ids=["noise", "hidden regimes", "constant gap", "market drift"],
)
def test_markets_without_skill_are_rarely_called_skill(terms):
    sure, small = shares(terms)
    assert sure <= 0.21  # at 5 %, more than five of 24 come up once in 700
    assert small >= 0.10


def test_planted_skill_is_found_and_not_called_luck():
    sure, small = shares(Terms(planted=0.4), 12)
    assert sure >= 0.9
    assert small == 0.0
