"""SPA and StepM against arch on the same draws, and their size where nothing is to be found."""

from __future__ import annotations

import numpy as np
import pytest
from arch.bootstrap import SPA, StationaryBootstrap, StepM

from backtest.engine.resampling import block_length, resampling_counts
from backtest.tuning import spa as module
from backtest.tuning.return_chunks import as_chunks
from backtest.tuning.spa import SpaTest, spa_test
from tests.tuning.sweeps import trigger_sweep


def arch_p_values(returns: np.ndarray, rival: np.ndarray, length: int, seed: int) -> np.ndarray:
    test = SPA(-rival, -returns, block_size=length, reps=200, seed=seed)
    test.compute()
    return np.asarray(test.pvalues)


def p_values(found: SpaTest) -> list[float]:
    return [found.lower, found.consistent, found.upper]


@pytest.mark.parametrize("sessions", [250, 251])
@pytest.mark.parametrize("length", [1, 7, 40])
def test_equals_arch(sessions: int, length: int) -> None:
    made = np.random.default_rng(sessions + length)
    rival = made.normal(0.0, 0.01, sessions)
    returns = 0.6 * rival[:, None] + made.normal(0.0, 0.01, (sessions, 30))
    returns -= np.linspace(0.0, 0.003, 30)  # some far too poor, which the three treat differently
    found = spa_test(as_chunks(returns), {"rival": rival}, block_length=length, draws=200, seed=5)[
        "rival"
    ]
    np.testing.assert_allclose(
        p_values(found), arch_p_values(returns, rival, length, 5), atol=1e-10
    )


def test_dividing_by_standard_errors_is_arch_on_divided_differences() -> None:
    made = np.random.default_rng(8)
    sessions, length = 300, 5
    returns = made.normal(0.0004, 1.0, (sessions, 12)) * np.geomspace(0.001, 0.03, 12)
    cash = np.zeros(sessions)
    variance = module.long_run_variance(returns - returns.mean(axis=0), cash, length)
    scaled = returns / np.sqrt(variance)
    found = spa_test(as_chunks(returns), {"cash": cash}, block_length=length, draws=200)["cash"]
    expected = arch_p_values(scaled, cash, length, 0)[1]
    assert found.studentized == pytest.approx(expected, abs=1e-10)


def test_long_run_variance_is_that_of_the_bootstrap_mean() -> None:
    # Written out: lag covariances, each counted as often as it is drawn (and as arch does).
    sessions, length = 60, 4
    series = np.random.default_rng(0).normal(size=sessions)
    series -= series.mean()
    expected = np.sum(series**2) / sessions
    stay = 1 - 1 / length
    for lag in range(1, sessions):
        far = lag / sessions
        weight = (1 - far) * stay**lag + far * stay ** (sessions - lag)
        expected += 2 * weight * np.sum(series[:-lag] * series[lag:]) / sessions
    found = module.long_run_variance(series[:, None], np.zeros(sessions), length)
    assert found[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("kept", [0, 10**9])
def test_stepwise_equals_arch_whether_means_are_kept_or_made_again(
    monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(module, "KEPT", kept)
    made = np.random.default_rng(4)
    rival = made.normal(0.0, 0.01, 400)
    returns = rival[:, None] + made.normal(0.0, 0.006, (400, 300))
    returns[:, ::29] += np.linspace(0.0008, 0.003, 11)
    whole = spa_test(as_chunks(returns), {"rival": rival}, block_length=6, draws=300, seed=1)
    test = StepM(-rival, -returns, block_size=6, reps=300, seed=1)
    test.compute()
    assert whole["rival"].better.tolist() == test.superior_models
    assert len(test.superior_models) > 2
    pieces = spa_test(
        lambda: iter([returns[:, :7], returns[:, 7:200], returns[:, 200:]]),
        {"rival": rival},
        block_length=6,
        draws=300,
        seed=1,
    )
    assert p_values(pieces["rival"]) == p_values(whole["rival"])
    np.testing.assert_array_equal(pieces["rival"].better, whole["rival"].better)


@pytest.mark.parametrize("doubt", [0.0, 100.0])
def test_p_values_equal_arch_in_single_precision_and_where_it_is_doubted(
    monkeypatch: pytest.MonkeyPatch, doubt: float
) -> None:
    monkeypatch.setattr(module, "DOUBT", doubt)
    made = np.random.default_rng(6)
    rival = made.normal(0.0, 0.01, 300)
    returns = rival[:, None] + made.normal(0.0003, 0.006, (300, 40))
    test = spa_test(as_chunks(returns), {"rival": rival}, block_length=4, draws=200, seed=2)[
        "rival"
    ]
    np.testing.assert_allclose(p_values(test), arch_p_values(returns, rival, 4, 2), atol=1e-10)


def test_all_variants_better_ends() -> None:
    made = np.random.default_rng(0)
    returns = made.normal(0.01, 0.001, (100, 5))
    found = spa_test(as_chunks(returns), {"cash": np.zeros(100)}, block_length=2, draws=50)
    assert found["cash"].better.tolist() == [0, 1, 2, 3, 4]
    assert found["cash"].consistent == 0.0


def test_a_variant_equal_to_the_rival_is_never_better() -> None:
    made = np.random.default_rng(1)
    rival = made.normal(0.0, 0.01, 333)
    returns = rival[:, None] + made.normal(-0.0005, 0.004, (333, 3))
    returns[:, 1] = rival
    returns[:, 1] *= 1.0 + 1e-13  # to rounding
    found = spa_test(as_chunks(returns), {"rival": rival}, block_length=3, draws=200)["rival"]
    assert p_values(found) == [1.0, 1.0, 1.0]  # the best is the rival itself; arch says 0.005
    assert found.better.size == 0


def test_counts_are_those_of_arch() -> None:
    bootstrap = StationaryBootstrap(5, np.arange(40), seed=3)
    expected = [np.bincount(data[0][0], minlength=40) for data in bootstrap.bootstrap(20)]
    np.testing.assert_array_equal(resampling_counts(40, 5, 20, 3), expected)


def test_block_lengths_follow_dependence() -> None:
    noise = np.random.default_rng(0).normal(size=2000)
    slow = np.convolve(noise, np.ones(20) / 20, mode="valid")
    assert block_length(noise) < 10 < block_length(slow)
    assert block_length(np.zeros(50)) == 1


def test_the_test_keeps_its_size_on_sweeps_without_skill() -> None:
    rejections = 0
    for seed in range(100):
        sweep = trigger_sweep(seed, sessions=300, skill=0.0, variants=24)
        test = spa_test(
            as_chunks(sweep.returns), {"blend": sweep.blend}, block_length=5, draws=200, seed=seed
        )["blend"]
        rejections += test.consistent <= 0.05
    assert 0.02 <= rejections / 100 <= 0.08
