"""Sectors permuted between baskets: exact where it can be, of the right size."""

import numpy as np
import pandas as pd
import pytest

from backtest.evidence.baskets import permuted


def series(values):
    return pd.Series(values, index=[f"s{k}" for k in range(len(values))], dtype=float)


def test_every_combination_by_hand():
    gains = series([0.4, 0.3, 0.2, 0.1])
    ours = pd.Series(1.0, index=["s0", "s2"])
    found = permuted(gains, ours, gains * 0 + 1, 1, draws=10, seed=0)
    # Pairs by mean: 01 .35, 02 .30, 03 and 12 .25 ...: two of six are at least .30.
    assert (found.p, found.draws, found.exact) == (pytest.approx(2 / 6), 6, True)


def test_the_other_direction():
    gains = series([0.4, 0.3, 0.2, 0.1])
    found = permuted(gains, pd.Series(1.0, index=["s3"]), gains * 0 + 1, -1, draws=10, seed=0)
    assert found.p == pytest.approx(1 / 4)


def test_baskets_that_share_sectors_keep_sharing_them():
    gains = series(np.linspace(-0.2, 0.3, 20))
    ours, theirs = pd.Series(1.0, index=["s18", "s19"]), pd.Series(1.0, index=["s19", "s0"])
    found = permuted(gains, ours, theirs, 1, draws=4000, seed=1)
    # Only s18 less s0 counts, so it is a pair drawn by lot: 3 of 380 ordered pairs differ as much.
    assert not found.exact
    assert found.p == pytest.approx(3 / 380, abs=0.006)


def test_size_under_the_null():
    """For sectors all alike one p-value in five is below 0.2."""
    random = np.random.default_rng(4)
    below = 0
    for _ in range(300):
        gains = series(random.normal(0.0, 0.1, 12))
        picked = random.choice(12, 3, replace=False)
        ours = pd.Series(1.0, index=[f"s{k}" for k in picked])
        below += permuted(gains, ours, gains * 0 + 1, 1, draws=10, seed=0).p <= 0.2
    assert 0.13 <= below / 300 <= 0.27
