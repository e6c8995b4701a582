"""Intervals by the stationary bootstrap, with blocks half and twice as long as a check."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from backtest.evidence.observation import Array, Observation
from backtest.tuning.resampling import block_length, resampling_counts

DRAWS = 2000
LEVEL = 0.90


@dataclass(frozen=True)
class Interval:
    """A percentile interval; `shorter` and `longer` are with blocks half and twice as long.

    `above` is the share of draws above the claim's threshold.
    """

    low: float
    high: float
    level: float
    block_length: int
    draws: int
    shorter: tuple[float, float]
    longer: tuple[float, float]
    above: float


def interval(
    observed: Observation,
    *,
    threshold: float = 0.0,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> Interval:
    """Return how far the number could be from where it is had the same days come in other luck."""
    rows = len(observed.moves)
    length = 1 if observed.independent else block_length(observed.moves.to_numpy(dtype=float))
    tails = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    bounds, above = [], float("nan")
    for blocks in (max(1, length // 2), length, length * 2):
        values = observed.statistic(_counts(rows, blocks if length > 1 else 1, draws, seed))
        values = values[np.isfinite(values)]
        low, high = np.quantile(values, tails).tolist() if len(values) else (np.nan, np.nan)
        bounds.append((low, high))
        if len(bounds) == 2:
            above = float((values > threshold).mean()) if len(values) else float("nan")
    return Interval(*bounds[1], level, length, draws, bounds[0], bounds[2], above)


@lru_cache(maxsize=64)
def _counts(rows: int, length: int, draws: int, seed: int) -> Array:
    counts: Array = resampling_counts(rows, length, draws, seed)
    counts.setflags(write=False)
    return counts
