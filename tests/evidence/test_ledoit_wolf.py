"""Ledoit-Wolf tests against a published closed form, and their size under the null."""

import numpy as np
import pytest
from arch.bootstrap import CircularBlockBootstrap

from backtest.evidence.ledoit_wolf import mean_difference, sharpe_difference


def test_error_of_independent_normal_returns_is_memmels():
    """Memmel (2003): T·var = 2(1 − ρ) + (S1² + S2² − 2 S1 S2 ρ²)/2 for independent normals."""
    random = np.random.default_rng(3)
    together = random.normal(0.0, 1.0, (20_000, 1))
    pair = 0.05 + 0.6 * together + 0.8 * random.normal(0.0, 1.0, (20_000, 2))
    sharpes = pair.mean(axis=0) / pair.std(axis=0)
    rho = np.corrcoef(pair.T)[0, 1]
    variance = 2 * (1 - rho) + 0.5 * (sharpes @ sharpes - 2 * sharpes.prod() * rho**2)
    found = sharpe_difference(pair, draws=19)
    assert found.error == pytest.approx(np.sqrt(variance / 20_000), rel=0.02)


def test_mean_difference_by_hand():
    pair = np.array([[0.02, 0.01], [0.00, 0.01], [0.03, 0.00], [0.01, 0.02]] * 10)
    assert mean_difference(pair, draws=99).value == pytest.approx(0.005)


def test_series_that_never_differ_have_no_p_value():
    found = mean_difference(np.zeros((50, 2)), draws=99)
    assert np.isnan(found.p)
    assert found.value == 0


@pytest.mark.parametrize("test", [mean_difference, sharpe_difference])
def test_a_series_does_not_differ_from_itself(test):
    one = np.random.default_rng(2).normal(0.0005, 0.01, (100, 1))
    assert test(np.hstack([one, one]), draws=99).p == 1.0


@pytest.mark.parametrize("test", [mean_difference, sharpe_difference])
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 5, 8])
def test_a_few_sessions_are_too_few(test, rows):
    pair = np.random.default_rng(rows).normal(0.0, 0.01, (rows, 2))
    assert np.isnan(test(pair, draws=99).p) == (rows < 8)


@pytest.mark.parametrize("rows", [60, 63])
def test_the_draws_are_arch_s(rows):
    """The p-value from arch's own resamples, every one of them laid out."""
    pair = np.random.default_rng(5).normal([0.004, 0.0], 0.01, (rows, 2))
    generator = CircularBlockBootstrap(5, np.arange(rows), seed=3)
    found = mean_difference(pair, draws=199, seed=3)
    gap, far = pair[:, 0] - pair[:, 1], 0
    for _ in range(199):
        drawn = gap[generator.update_indices()]
        blocks = (drawn - drawn.mean())[: rows // 5 * 5].reshape(-1, 5).sum(axis=1)
        error = np.sqrt((blocks**2).mean() / 5 / rows)
        far += abs(drawn.mean() - gap.mean()) / error >= abs(found.value) / found.error
    assert found.p == (1 + far) / 200


def test_clear_difference_is_found():
    random = np.random.default_rng(0)
    pair = random.normal([0.006, 0.0], 0.01, (250, 2))
    assert mean_difference(pair, draws=199).p < 0.02
    assert sharpe_difference(pair, draws=199).p < 0.02


@pytest.mark.parametrize("test", [mean_difference, sharpe_difference])
def test_size_under_the_null_with_dependence_and_fat_tails(test):
    """Under equal means and ratios, one p-value in ten should be below 0.1."""
    random = np.random.default_rng(11)
    below = 0
    for run in range(120):
        shocks = random.standard_t(5, (140, 2)) + 0.8 * random.standard_t(5, (140, 1))
        pair = shocks[20:] + 0.2 * shocks[19:-1]
        below += test(pair + 0.05, block_length=5, draws=99, seed=run).p <= 0.1
    assert 0.03 <= below / 120 <= 0.19
