"""How much of a Sharpe ratio the search alone explains.

Probabilistic Sharpe ratio: Bailey & López de Prado (2012), Journal of Risk 15(2). Deflated Sharpe
ratio and the expected maximum: the same (2014), Journal of Portfolio Management 40(5). Minimum
backtest length: Bailey, Borwein, López de Prado & Zhu (2014), Notices of the AMS 61(5). Equal to
`purgedcv`, which imports scikit-learn: that takes longer than a sweep.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from backtest.tuning.return_chunks import Array

NORMAL = NormalDist()


@dataclass(frozen=True)
class Deflation:
    """What remains of a Sharpe ratio once it is known to be the best of many.

    Attributes
    ----------
    probability : float
        The deflated Sharpe ratio: chance that the true Sharpe ratio exceeds `hurdle`.
    hurdle : float
        Expected maximum Sharpe ratio of that many variants without skill, annualized.
    """

    probability: float
    hurdle: float


def probabilistic_sharpe(excess: Array, per_year: float, target: float = 0.0) -> float:
    """Return the chance that the true annualized Sharpe ratio exceeds `target`.

    NaN where it is undefined: constant returns, or fewer than four.
    """
    count = len(excess)
    if count < 4 or not np.ptp(excess) > 0:
        return math.nan
    sharpe = float(excess.mean() / excess.std())
    skew, kurtosis = pd.Series(excess).agg(["skew", "kurt"])  # 0 for the normal distribution
    variance = 1.0 - skew * sharpe + (kurtosis + 2.0) / 4.0 * sharpe**2
    if not variance > 0:
        return math.nan
    beyond = sharpe - target / math.sqrt(per_year)
    return NORMAL.cdf(beyond * math.sqrt((count - 1) / variance))


def deflation(excess: Array, per_year: float, trials: int) -> Deflation:
    """Return the deflated Sharpe ratio of the best of `trials` independent variants.

    How far Sharpe ratios of variants without skill differ is what noise alone gives, one over the
    root of the years: the variants' own spread would take true differences between them for noise.

    Parameters
    ----------
    excess : array
        The variant's simple returns by session, in excess of what cash earned.
    trials : int
        How many independent variants were tried.
    """
    return deflated_sharpe(
        excess, per_year, trials=trials, spread=math.sqrt(per_year / max(len(excess), 1))
    )


def deflated_sharpe(excess: Array, per_year: float, *, trials: int, spread: float) -> Deflation:
    """Return the same for a `spread`, the standard deviation of the trials' annual ratios."""
    hurdle = spread * _expected_maximum(trials)
    probability = probabilistic_sharpe(excess, per_year, hurdle)
    return Deflation(probability, math.nan if math.isnan(probability) else hurdle)


def minimum_years(trials: int) -> float:
    """Return the years before the best of `trials` variants without skill stays below 1.

    In a shorter backtest an annualized Sharpe ratio of 1 is what the search alone is expected to
    find.

    Examples
    --------
    >>> round(minimum_years(10), 1), round(minimum_years(10_000), 1), minimum_years(1)
    (2.5, 14.9, 0.0)
    """
    return _expected_maximum(trials) ** 2


def _expected_maximum(trials: int) -> float:
    """Return that of as many standard normal variables, to Bailey and López de Prado's order."""
    if trials == 1:
        return 0.0
    tails = (1.0 - 1.0 / trials, 1.0 - 1.0 / (trials * math.e))
    high, higher = map(NORMAL.inv_cdf, tails)
    return (1.0 - np.euler_gamma) * high + np.euler_gamma * higher
