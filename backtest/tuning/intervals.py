"""Interval for a Sharpe ratio that allows for returns that depend on each other.

A stationary bootstrap (Politis & Romano 1994). The answer depends on the block length, so it is
given for half and twice the suggested one too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from backtest.engine.resampling import block_length, resampling_counts
from backtest.tuning.return_chunks import Array

LEVEL = 0.95


@dataclass(frozen=True)
class SharpeInterval:
    """A percentile interval for an annualized Sharpe ratio, and the block length behind it."""

    low: float
    high: float
    level: float
    block_length: int
    draws: int


def sharpe_intervals(
    excess: Array, per_year: float, *, draws: int = 1000, seed: int = 0
) -> tuple[SharpeInterval, SharpeInterval, SharpeInterval]:
    """Return intervals with half the suggested block length, with it, and with twice it.

    Parameters
    ----------
    excess : array
        Simple returns by session, in excess of what cash earned.
    per_year : float
        Sessions per year.
    """
    suggested = block_length(excess)
    short, usual, long = (
        sharpe_interval(excess, per_year, length=length, draws=draws, seed=seed)
        for length in (max(1, round(suggested / 2)), suggested, suggested * 2)
    )
    return short, usual, long


def sharpe_interval(
    excess: Array, per_year: float, *, length: int, draws: int = 1000, seed: int = 0
) -> SharpeInterval:
    """Return the percentile interval for one expected block length (sessions).

    NaN bounds where the returns are constant.
    """
    low = high = math.nan
    if np.ptp(excess) > 0:
        count, middle = len(excess), excess.mean()
        counts = resampling_counts(count, length, draws, seed)
        apart = excess - middle
        moved, squares = (counts @ np.stack([apart / count, apart**2], axis=1)).T
        spread = np.sqrt(np.maximum(squares - count * moved**2, 0.0) / (count - 1))
        sharpe = np.divide(middle + moved, spread, out=np.zeros(draws), where=spread > 0)
        tails = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)
        low, high = (np.quantile(sharpe, tails) * math.sqrt(per_year)).tolist()
    return SharpeInterval(low, high, LEVEL, length, draws)
