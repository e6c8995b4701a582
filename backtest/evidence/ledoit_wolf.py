"""Whether two return series differ in mean or in Sharpe ratio: Ledoit & Wolf (2008).

"Robust performance hypothesis testing with the Sharpe ratio",
Journal of Empirical Finance 15: the studentized circular-block bootstrap, which keeps its size
where returns are fat-tailed and depend on their past; Jobson & Korkie's test does not.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backtest.evidence.observation import Array

DRAWS = 999
FEWEST = 8  # sessions from which four moments and their dependence can be estimated at all
BLOCK = 5  # Ledoit and Wolf's own choice for their examples


@dataclass(frozen=True)
class TestedDifference:
    """A difference between two series by session, its standard error and its two-sided p-value.

    Series that are the same have p = 1; fewer than eight sessions, or a series that never moves,
    have none (NaN).
    """

    value: float
    error: float
    p: float
    block_length: int
    draws: int


# A difference as a smooth function of moments: its value and gradient at one vector of moments, or
# at one in each row.
Smooth = Callable[[Array], tuple[Array, Array]]


def sharpe_difference(
    pair: Array, *, block_length: int = BLOCK, draws: int = DRAWS, seed: int = 0
) -> TestedDifference:
    """Test whether two series of excess returns have the same Sharpe ratio.

    Parameters
    ----------
    pair : ndarray, session × 2
        Returns in excess of cash; no NaN. The ratios are per session.
    """
    moments = np.column_stack([pair, pair**2])
    rows = max(len(pair), 2)
    sample = math.sqrt((rows - 1.0) / rows)  # from population to sample deviations

    def smooth(means: Array) -> tuple[Array, Array]:
        values, gradients = _sharpes(means)
        return values * sample, gradients

    return _bootstrap(moments, smooth, block_length, draws, seed)


def mean_difference(
    pair: Array, *, block_length: int = BLOCK, draws: int = DRAWS, seed: int = 0
) -> TestedDifference:
    """Test whether two series have the same mean; arguments as for `sharpe_difference`."""
    return _bootstrap(pair, _means, block_length, draws, seed)


def kernel_error(moments: Array, gradient: Array) -> float:
    """Return the standard error of a difference by prewhitened Parzen kernels.

    The HAC estimate of Andrews & Monahan (1992) with Andrews's (1991) automatic bandwidth, as in
    Ledoit & Wolf's section 3.1.
    """
    count, width = moments.shape
    centered = moments - moments.mean(axis=0)
    before, after = centered[:-1], centered[1:]
    coefficients = np.linalg.lstsq(before, after, rcond=None)[0].T
    left, strengths, right = np.linalg.svd(coefficients)
    coefficients = left @ np.diag(np.clip(strengths, -0.97, 0.97)) @ right
    white = after - before @ coefficients.T
    bandwidth = min(2.6614 * (_roughness(white) * len(white)) ** 0.2, len(white) - 1.0)
    rows = len(white)
    spread = white.T @ white / rows
    for lag in range(1, math.ceil(bandwidth)):
        together = white[lag:].T @ white[:-lag] / rows
        spread += _parzen(lag / bandwidth) * (together + together.T)
    spread *= rows / (rows - 4.0)  # Ledoit and Wolf's correction for four estimated moments
    color = np.linalg.inv(np.eye(width) - coefficients)
    return float(np.sqrt(max(gradient @ color @ spread @ color.T @ gradient, 0.0) / count))


def _bootstrap(
    moments: Array, smooth: Smooth, block_length: int, draws: int, seed: int
) -> TestedDifference:
    """Compare |difference| / error with its bootstrap distribution; equation 9 of the paper."""
    count = len(moments)
    if count < FEWEST:
        return TestedDifference(math.nan, math.nan, math.nan, block_length, 0)
    if np.array_equal(moments[:, 0], moments[:, 1]) and np.ptp(moments) > 0:
        return TestedDifference(0.0, 0.0, 1.0, block_length, 0)
    length = max(1, min(block_length, count // 2))
    value, gradient = (part[0] for part in smooth(moments.mean(axis=0)[None]))
    error = kernel_error(moments, gradient) if np.ptp(moments, axis=0).min() > 0 else 0.0
    if not error > 0:
        return TestedDifference(float(value), error, math.nan, length, 0)
    blocks, rest = divmod(count, length)
    # Circular blocks: sums over the sessions from each start on, drawn by their starts alone.
    starts = np.random.default_rng(seed).integers(count, size=(draws, blocks + (rest > 0)))
    onward = np.lib.stride_tricks.sliding_window_view(
        np.vstack([moments, moments[: length - 1]]), length, axis=0
    )
    sums = onward.sum(axis=-1)[starts[:, :blocks]]
    total = sums.sum(axis=1)
    if rest:
        total += onward[..., :rest].sum(axis=-1)[starts[:, -1]]
    means = total / count
    values, gradients = smooth(means)
    # The variance a block bootstrap sees is that of sums over its own blocks.
    projected = np.einsum("dbk,dk->db", sums, gradients)
    projected -= length * np.einsum("dk,dk->d", means, gradients)[:, None]
    errors = np.sqrt((projected**2).mean(axis=1) / (length * count))
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = np.abs(values - value) / errors
    as_far = int((distances[np.isfinite(distances)] >= abs(value) / error).sum())
    return TestedDifference(float(value), error, (1 + as_far) / (1 + draws), length, draws)


def _sharpes(moments: Array) -> tuple[Array, Array]:
    """Return the difference of Sharpe ratios and its gradient in both means and mean squares."""
    mean_a, mean_b, square_a, square_b = moments.T
    variance_a, variance_b = square_a - mean_a**2, square_b - mean_b**2
    value = mean_a / np.sqrt(variance_a) - mean_b / np.sqrt(variance_b)
    gradient = np.column_stack(
        [
            square_a / variance_a**1.5,
            -square_b / variance_b**1.5,
            -0.5 * mean_a / variance_a**1.5,
            0.5 * mean_b / variance_b**1.5,
        ]
    )
    return value, gradient


def _means(moments: Array) -> tuple[Array, Array]:
    return moments[:, 0] - moments[:, 1], np.tile([1.0, -1.0], (len(moments), 1))


def _roughness(white: Array) -> float:
    """Return Andrews's alpha(2) from first-order autoregressions of each moment."""
    top = bottom = 0.0
    for series in white.T:
        before, after = series[:-1], series[1:]
        centered = before - before.mean()
        rho = float(centered @ after / (centered @ centered))
        rest = after - after.mean() - rho * centered
        variance = float(rest @ rest) / len(rest)
        top += 4.0 * rho**2 * variance**2 / (1.0 - rho) ** 8
        bottom += variance**2 / (1.0 - rho) ** 4
    return top / bottom


def _parzen(x: float) -> float:
    if x <= 0.5:
        return 1.0 - 6.0 * x**2 + 6.0 * x**3
    return 2.0 * (1.0 - x) ** 3 if x <= 1.0 else 0.0
