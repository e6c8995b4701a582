"""Sectors permuted between baskets: exact where it can be, of the right size."""

import numpy as np
import pandas as pd
import pytest

from backtest.evidence.baskets import permuted

ALIKE = np.random.default_rng(0).normal(0.0, 0.01, (400, 40))


def usual(gains):
    """Return daily returns that are orthogonal and of one variance: no basket moves together."""
    some = ALIKE[:, : len(gains)]
    return {"usual": np.linalg.qr(some - some.mean(axis=0))[0]}


def series(values):
    return pd.Series(values, index=[f"s{k}" for k in range(len(values))], dtype=float)


def test_every_combination_by_hand():
    gains = series([0.4, 0.3, 0.2, 0.1])
    ours = pd.Series(1.0, index=["s0", "s2"])
    found = permuted(gains, ours, gains * 0 + 1, 1, **usual(gains), draws=10, seed=0)
    # Pairs by mean: 01 .35, 02 .30, 03 and 12 .25 ...: two of six are at least .30.
    assert (found.p, found.draws, found.exact) == (pytest.approx(2 / 6), 6, True)


def test_the_other_direction():
    gains = series([0.4, 0.3, 0.2, 0.1])
    found = permuted(
        gains,
        pd.Series(1.0, index=["s3"]),
        gains * 0 + 1,
        -1,
        **usual(gains),
        draws=10,
        seed=0,
    )
    assert found.p == pytest.approx(1 / 4)


def test_baskets_that_share_sectors_keep_sharing_them():
    gains = series(np.linspace(-0.2, 0.3, 20))
    ours, theirs = pd.Series(1.0, index=["s18", "s19"]), pd.Series(1.0, index=["s19", "s0"])
    found = permuted(gains, ours, theirs, 1, **usual(gains), draws=4000, seed=1)
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
        below += permuted(gains, ours, gains * 0 + 1, 1, **usual(gains), draws=10, seed=0).p <= 0.2
    assert 0.13 <= below / 300 <= 0.27


def test_a_basket_that_moves_together_is_no_more_often_beyond_chance():
    """Sectors of one factor lead, or trail, together: size stays, which it does not by the lead."""
    random = np.random.default_rng(6)
    runs, below, by_lead = 150, 0, 0
    for _ in range(runs):
        shared = np.r_[np.ones(3), np.zeros(9)]
        moves = random.normal(0.0, 0.01, (320, 12)) + random.normal(0.0, 0.02, (320, 1)) * shared
        gains = series(moves[:120].sum(axis=0))
        ours, against = pd.Series(1.0, index=["s0", "s1", "s2"]), gains * 0 + 1
        found = permuted(gains, ours, against, 1, usual=moves[120:], draws=10, seed=0)
        below += found.p <= 0.05
        values = gains.to_numpy()
        dealt = np.array([random.permutation(values)[:3].mean() for _ in range(60)])
        by_lead += np.mean(dealt >= values[:3].mean()) <= 0.05
    assert below / runs <= 0.08
    assert by_lead / runs > 0.15
