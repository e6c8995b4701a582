"""Scores of many return series at once, defined as in `backtest.engine.metrics`.

Each takes returns (session × variant), sessions per year and what cash earned (session), and
returns one number a variant; NaN where it cannot be computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from backtest.engine.metrics import ROUNDING

Score = Callable[[np.ndarray, float, np.ndarray], np.ndarray]


def sharpe(returns: np.ndarray, per_year: float, risk_free: np.ndarray) -> np.ndarray:
    """Return Sharpe ratios a year."""
    excess = returns - risk_free[:, None]
    return _ratio(excess.mean(axis=0), excess.std(axis=0, ddof=1), per_year)


def sortino(returns: np.ndarray, per_year: float, risk_free: np.ndarray) -> np.ndarray:
    """Return Sortino ratios a year."""
    excess = returns - risk_free[:, None]
    downside = np.sqrt((np.minimum(excess, 0.0) ** 2).mean(axis=0))
    return _ratio(excess.mean(axis=0), downside, per_year)


def total_return(returns: np.ndarray, per_year: float, risk_free: np.ndarray) -> np.ndarray:
    """Return compounded returns over all sessions."""
    compounded: np.ndarray = np.prod(1.0 + returns, axis=0) - 1.0
    return compounded


def cagr(returns: np.ndarray, per_year: float, risk_free: np.ndarray) -> np.ndarray:
    """Return compound annual growth rates."""
    growth = np.maximum(1.0 + total_return(returns, per_year, risk_free), 0.0)
    annual: np.ndarray = growth ** (per_year / len(returns)) - 1.0
    return annual


def max_drawdown(returns: np.ndarray, per_year: float, risk_free: np.ndarray) -> np.ndarray:
    """Return the deepest drawdowns, 0 or negative."""
    value = np.cumprod(1.0 + returns, axis=0)
    peak = np.maximum(np.maximum.accumulate(value, axis=0), 1.0)
    deepest: np.ndarray = (value / peak - 1.0).min(axis=0)
    return deepest


def calmar(returns: np.ndarray, per_year: float, risk_free: np.ndarray) -> np.ndarray:
    """Return CAGR over the depth of the deepest drawdown."""
    depth = -max_drawdown(returns, per_year, risk_free)
    growth = cagr(returns, per_year, risk_free)
    ratio: np.ndarray = np.divide(growth, depth, out=np.full_like(growth, np.nan), where=depth > 0)
    return ratio


SCORES: dict[str, Score] = {
    "sharpe": sharpe,
    "sortino": sortino,
    "cagr": cagr,
    "calmar": calmar,
    "total_return": total_return,
    "max_drawdown": max_drawdown,
}


def _ratio(mean: np.ndarray, spread: np.ndarray, per_year: float) -> np.ndarray:
    ratio = np.divide(mean, spread, out=np.full_like(mean, np.nan), where=spread > ROUNDING)
    annual: np.ndarray = ratio * math.sqrt(per_year)
    return annual
