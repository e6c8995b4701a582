"""CSCV against ffn, and where hand arithmetic can follow."""

from __future__ import annotations

import ffn
import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.tuning.pbo import Overfitting, block_sums, overfitting
from tests.tuning.sweeps import trigger_sweep


def found_in(returns: np.ndarray, blocks: int) -> Overfitting:
    return overfitting(*block_sums(returns, blocks), len(returns) // blocks)


def ffn_answer(returns: np.ndarray, blocks: int) -> dict[str, object]:
    answer: dict[str, object] = ffn.calc_prob_backtest_overfitting(
        pd.DataFrame(returns), n_blocks=blocks, full_output=True
    )
    return answer


@pytest.mark.parametrize(("variants", "blocks"), [(2, 2), (7, 4), (40, 6), (30, 10)])
def test_equals_ffn(variants: int, blocks: int) -> None:
    returns = np.random.default_rng(blocks).normal(0.0003, 0.01, (203, variants))
    expected = ffn_answer(returns, blocks)
    found = found_in(returns, blocks)
    assert found.probability == pytest.approx(expected["pbo"], abs=1e-10)
    assert found.mean_rank == pytest.approx(expected["mean_oos_rank"], abs=1e-10)
    np.testing.assert_allclose(found.logits, expected["logits"], atol=1e-10, rtol=0)


def test_equals_ffn_where_variants_tie() -> None:
    # Copies, and variants that differ in one block only: in most halves they tie exactly.
    made = np.random.default_rng(3)
    returns = np.repeat(made.normal(0.0, 0.01, (160, 9)), 7, axis=1)
    for variant in range(0, 63, 3):
        returns[:16, variant] += made.normal(0.0, 0.01, 16)
    returns = returns[:, made.permutation(63)]
    found = found_in(returns, 10)
    np.testing.assert_allclose(found.logits, ffn_answer(returns, 10)["logits"], atol=1e-10)


def test_a_sweep_of_triggers_equals_ffn() -> None:
    returns = trigger_sweep(1, sessions=600, skill=1.0, variants=40).returns
    found = found_in(returns, 8)
    np.testing.assert_allclose(found.logits, ffn_answer(returns, 8)["logits"], atol=1e-10)


def test_two_blocks_by_hand() -> None:
    # First block: variant 0 is better; second block: variant 1 is. Whichever half is the past, its
    # winner ranks last of two in the other: relative rank 1/3, logit ln(1/2), always overfit.
    returns = np.array([[0.03, 0.01], [0.01, -0.01], [-0.01, 0.03], [-0.03, 0.01]])
    found = found_in(returns, 2)
    np.testing.assert_allclose(found.logits, np.log(0.5))
    assert (found.probability, found.mean_rank, found.loss) == (1.0, pytest.approx(1 / 3), 0.5)


def test_a_variant_in_cash_counts_as_a_sharpe_ratio_of_nothing() -> None:
    returns = np.random.default_rng(0).normal(0.02, 0.01, (40, 3))
    returns[:, 1] = 0.0
    found = found_in(returns, 4)
    assert np.isfinite(found.logits).all()
    assert found.loss == 0.0


def test_noise_gives_one_half() -> None:
    found = [
        found_in(np.random.default_rng(seed).normal(0.0, 0.01, (240, 40)), 8).probability
        for seed in range(60)
    ]
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)


def test_one_variant_has_nothing_to_choose() -> None:
    found = found_in(np.random.default_rng(0).normal(size=(40, 1)), 4)
    assert np.isnan(found.probability)


def test_impossible_blocks_are_a_sentence() -> None:
    with pytest.raises(UserError, match="even number"):
        block_sums(np.zeros((40, 2)), 5)
    with pytest.raises(UserError, match="at least 32 sessions"):
        block_sums(np.zeros((20, 2)), 16)
