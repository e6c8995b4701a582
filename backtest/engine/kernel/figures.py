"""A variant's running sums and the figures they make."""

from __future__ import annotations

import numpy as np
from numba import njit

from backtest.engine.kernel.growth import (
    DEPTH,
    DOWNSIDE,
    EXCESS,
    EXCESS_SQUARE,
    GROWTH,
    HIGHEST,
    LOWEST,
    MEAN,
    RETURN,
    SQUARE,
)
from backtest.engine.kernel.layout import Rotation
from backtest.engine.kernel.trading import INLINE
from backtest.engine.metrics import ROUNDING
from backtest.engine.rebalance import INNER
from backtest.engine.stage import Stage

# Entries of a variant's running sums, after those they share with the growth tables.
BEFORE, PEAK, TURNOVER, COSTS, TRADED, RUNNING = 10, 11, 12, 13, 14, 15

# What the kernel computes of `backtest.engine.metrics.METRICS`: columns of its answers, by name.
FIGURES = (
    *("total_return", "cagr", "volatility", "sharpe", "sortino", "calmar", "max_drawdown"),
    *("turnover", "cost_drag", "costs_paid", "switches"),
)
COUNT = len(FIGURES)
TOTAL_RETURN = FIGURES.index("total_return")
CAGR = FIGURES.index("cagr")
VOLATILITY = FIGURES.index("volatility")
SHARPE = FIGURES.index("sharpe")
SORTINO = FIGURES.index("sortino")
CALMAR = FIGURES.index("calmar")
MAX_DRAWDOWN = FIGURES.index("max_drawdown")
TURNOVER_A_YEAR = FIGURES.index("turnover")
COST_DRAG = FIGURES.index("cost_drag")
COSTS_PAID = FIGURES.index("costs_paid")
SWITCHES = FIGURES.index("switches")


@njit(nogil=True, **INLINE)
def day(sums, equity, risk_free):  # type: ignore[no-untyped-def]
    """Add one session to the running sums."""
    moved = equity / sums[BEFORE] - 1.0
    excess = moved - risk_free
    sums[BEFORE] = equity
    sums[MEAN] += equity
    sums[RETURN] += moved
    sums[SQUARE] += moved * moved
    sums[EXCESS] += excess
    sums[EXCESS_SQUARE] += excess * excess
    if excess < 0.0:
        sums[DOWNSIDE] += excess * excess
    if equity >= sums[PEAK]:
        sums[PEAK] = equity
    elif equity < sums[LOWEST] * sums[PEAK]:
        sums[LOWEST] = equity / sums[PEAK]
    if sums[TRADED] > 0.0:
        sums[TURNOVER] += sums[TRADED] / equity / 2.0
        sums[TRADED] = 0.0


@njit(nogil=True, **INLINE)
def stretch(sums, value, row):  # type: ignore[no-untyped-def]
    """Add the sessions of a growth table's row to the running sums."""
    sums[BEFORE] = value * row[GROWTH]
    sums[MEAN] += value * row[MEAN]
    for entry in range(RETURN, DOWNSIDE + 1):
        sums[entry] += row[entry]
    sums[LOWEST] = min(sums[LOWEST], row[DEPTH], value * row[LOWEST] / sums[PEAK])
    sums[PEAK] = max(sums[PEAK], value * row[HIGHEST])


@njit(nogil=True, **INNER)
def summarize(sums, codes, rotation: Rotation, stage: Stage, figures):  # type: ignore[no-untyped-def]
    """Turn running sums into figures; as `backtest.engine.metrics` and `summary()` define them."""
    days, per_year = len(codes) - stage.first, stage.per_year
    years = days / per_year
    growth = sums[BEFORE] / stage.cash
    spread = _deviation(sums[RETURN], sums[SQUARE], days)
    risk = _deviation(sums[EXCESS], sums[EXCESS_SQUARE], days)
    downside = np.sqrt(sums[DOWNSIDE] / days)
    mean = sums[EXCESS] / days
    depth = sums[LOWEST] - 1.0
    annual = growth ** (1.0 / years) - 1.0 if growth > 0.0 else -1.0
    figures[TOTAL_RETURN] = growth - 1.0
    figures[CAGR] = annual
    figures[VOLATILITY] = spread * np.sqrt(per_year)
    figures[SHARPE] = mean / risk * np.sqrt(per_year) if risk > ROUNDING else np.nan
    figures[SORTINO] = mean / downside * np.sqrt(per_year) if downside > ROUNDING else np.nan
    figures[CALMAR] = annual / -depth if depth < 0.0 else np.nan
    figures[MAX_DRAWDOWN] = depth
    figures[TURNOVER_A_YEAR] = sums[TURNOVER] / years
    figures[COST_DRAG] = sums[COSTS] / (sums[MEAN] / days) / years
    figures[COSTS_PAID] = sums[COSTS]
    first = stage.first
    held = codes[first - 1] if first > 0 else rotation.nothing
    window = codes[first:]  # counted from 0: quicker, as no index can be negative
    switches = 1 if window[0] != held else 0
    for session in range(len(window) - 2):
        switches += 1 if window[session + 1] != window[session] else 0
    figures[SWITCHES] = switches


@njit(nogil=True, **INNER)
def _deviation(total, squares, days):  # type: ignore[no-untyped-def]
    """Return the standard deviation of a sample from its sums."""
    if days < 2:
        return np.nan
    return np.sqrt(max(squares - total * total / days, 0.0) / (days - 1))
