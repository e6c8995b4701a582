"""How many independent trials correlated variants amount to."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.tuning.chunks import as_chunks
from backtest.tuning.effective_trials import EffectiveTrials, effective_trials


def count(returns: np.ndarray, **options: int) -> EffectiveTrials:
    return effective_trials(as_chunks(returns), returns.mean(axis=1), returns.shape[1], **options)


def families(seed: int, groups: int, each: int, apart: float = 0.1) -> np.ndarray:
    """Return variants in groups of near-copies that share a market."""
    made = np.random.default_rng(seed)
    ideas = np.repeat(made.normal(0.0, 0.01, (500, groups)), each, axis=1)
    market = made.normal(0.0, 0.02, (500, 1))
    own = made.normal(0.0, 0.01 * apart, (500, groups * each))
    return market + ideas + own


def test_near_copies_count_once_and_the_market_they_share_does_not_merge_ideas() -> None:
    assert count(families(0, groups=8, each=25)).clusters == 8


def test_independent_variants_count_one_each() -> None:
    returns = np.random.default_rng(1).normal(0.0, 0.01, (500, 60))
    assert count(returns).clusters == 60


def test_copies_are_one_trial() -> None:
    series = np.random.default_rng(2).normal(0.0, 0.01, (200, 1))
    assert count(np.repeat(series, 30, axis=1)).clusters == 1
    assert count(series).clusters == 1


def test_opposites_are_two() -> None:
    series = np.random.default_rng(3).normal(0.0, 0.01, (200, 1))
    assert count(np.hstack([series, series, -series])).clusters == 2


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        (families(4, groups=6, each=100), 6),
        (np.random.default_rng(5).normal(0.0, 0.01, (300, 600)), 600),
    ],
)
def test_a_sample_finds_about_what_all_variants_do(returns: np.ndarray, expected: int) -> None:
    returns = returns[:, np.random.default_rng(0).permutation(600)]
    found = count(returns, sample=100, seed=2)
    assert found.clusters == pytest.approx(expected, rel=0.02)
    assert len(found.sampled) == 100
    np.testing.assert_array_equal(found.labels, count(returns, sample=100, seed=2).labels)


def test_the_spread_weighs_clusters_alike() -> None:
    # One idea in three copies with Sharpe ratios 0, one alone with 2: mean 1, variance 1 × 2.
    found = EffectiveTrials(2, 4, np.arange(4), np.array([0, 0, 0, 1]))
    assert found.spread(np.array([0.0, 0.0, 0.0, 2.0])) == pytest.approx(np.sqrt(2.0))


def test_earlier_trials_count_at_the_rate_found_here() -> None:
    found = EffectiveTrials(5, 100, np.arange(100), np.zeros(100, dtype=np.int64))
    assert found.scaled_to(100) == 5
    assert found.scaled_to(1000) == 50
    assert found.scaled_to(1) == 5
