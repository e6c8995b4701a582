"""How much of a Sharpe ratio the search alone explains.

Probabilistic Sharpe ratio: Bailey & López de Prado (2012), Journal of Risk 15(2). Deflated Sharpe
ratio and the expected maximum: the same (2014), Journal of Portfolio Management 40(5). Minimum
backtest length: Bailey, Borwein, López de Prado & Zhu (2014), Notices of the AMS 61(5).
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from backtest.tuning.return_chunks import Array


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
    from purgedcv import probabilistic_sharpe_ratio

    with suppress(ValueError):
        if _varies(excess):
            return float(probabilistic_sharpe_ratio(excess, target / math.sqrt(per_year)))
    return math.nan


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
    from purgedcv import deflated_sharpe_ratio_full

    with suppress(ValueError):
        if _varies(excess):
            known = deflated_sharpe_ratio_full(excess, trials, spread**2 / per_year)
            return Deflation(float(known.dsr), float(known.sr_star) * math.sqrt(per_year))
    return Deflation(math.nan, math.nan)


def minimum_years(trials: int, target: float = 1.0) -> float:
    """Return the years before the best of `trials` variants without skill stays below `target`.

    In a shorter backtest an annualized Sharpe ratio of `target` is what the search alone is
    expected to find.

    Examples
    --------
    >>> round(minimum_years(10), 1), round(minimum_years(10_000), 1), minimum_years(1)
    (2.5, 14.9, 0.0)
    """
    from purgedcv import minimum_backtest_length

    return float(minimum_backtest_length(trials, target))


def _varies(excess: Array) -> bool:
    return len(excess) >= 4 and bool(np.ptp(excess) > 0)
