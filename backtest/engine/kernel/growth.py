"""Growth tables: what becomes of a basket between two orders.

After an order that could be carried out in full, holdings depend on the basket, the session and
the value after costs alone, so all that happens until the next order is a row of a table times that
value, whatever the variant. Statistics of the sessions in between are running sums in it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from backtest.engine.kernel.layout import Rotation
from backtest.engine.kernel.trading import INLINE, SUMS
from backtest.engine.rebalance import LEAN
from backtest.engine.stage import Stage

# Entries of a row j sessions after the fill; sums and extremes are over the sessions 1 … j.
GROWTH, MEAN, RETURN, SQUARE, EXCESS, EXCESS_SQUARE, DOWNSIDE, LOWEST, HIGHEST, DEPTH = range(10)


class Growth(NamedTuple):
    """What one unit of value after costs becomes.

    Attributes
    ----------
    idle : float, distinct row of weights
        What of the unit stays cash.
    rows : float, basket × session × sessions later × ENTRIES
        No sessions later at all where tables do not pay.
    filled : bool, basket
        Whether its tables are: those of baskets that no variant holds take neither time nor memory.
    """

    idle: np.ndarray
    rows: np.ndarray
    filled: np.ndarray


@njit(cache=True, nogil=True, **LEAN)
def look(codes, shared, seen):  # type: ignore[no-untyped-def]
    """Mark the baskets that some variant holds, and count sessions shared with the one before."""
    for row in range(len(codes)):
        own, before, at = codes[row], codes[max(row - 1, 0)], 0
        while row > 0 and at < len(own) and own[at] == before[at]:
            at += 1
        shared[row] = at
        for session in range(at, len(own)):
            if session == at or own[session] != own[session - 1]:
                seen[own[session]] = True


@njit(cache=True, nogil=True, **LEAN)
def grow(  # type: ignore[no-untyped-def]
    begin, end, wanted, rotation: Rotation, stage: Stage, growth: Growth
):
    """Fill the tables of the baskets wanted, for the fills at sessions `begin` to `end`."""
    for basket in wanted:
        for fill in range(max(begin, 1), end):
            row = rotation.row[basket, fill - 1]
            if row < 0:
                continue
            weights, idle = rotation.weights[row], growth.idle[row]
            _tabulate(growth.rows[basket, fill], weights, idle, fill, stage)


@njit(nogil=True, fastmath=SUMS, **INLINE)
def unit(weights, idle, fill, session, stage: Stage):  # type: ignore[no-untyped-def]
    """Return what a unit spread over weights at a fill is worth at a session's close."""
    inverse, close = stage.inverse[fill], stage.close[session]
    total = 0.0
    for k in range(len(weights)):
        total += weights[k] * inverse[k] * close[k]
    return total + idle * (stage.money[session] / stage.money[fill])


@njit(nogil=True, **INLINE)
def _tabulate(rows, weights, idle, fill, stage: Stage):  # type: ignore[no-untyped-def]
    before = 1.0
    mean = total = square = excess_total = excess_square = downside = 0.0
    lowest, highest, depth = np.inf, 0.0, 1.0
    for later in range(min(rows.shape[0], len(stage.money) - fill)):
        session = fill + later
        growth = unit(weights, idle, fill, session, stage)
        if later > 0:
            moved = growth / before - 1.0
            excess = moved - stage.risk_free[session]
            mean += growth
            total += moved
            square += moved * moved
            excess_total += excess
            excess_square += excess * excess
            if excess < 0.0:
                downside += excess * excess
            lowest, highest = min(lowest, growth), max(highest, growth)
            depth = min(depth, growth / highest)
        before = growth
        entry = rows[later]
        entry[GROWTH], entry[MEAN] = growth, mean
        entry[RETURN], entry[SQUARE] = total, square
        entry[EXCESS], entry[EXCESS_SQUARE], entry[DOWNSIDE] = excess_total, excess_square, downside
        entry[LOWEST], entry[HIGHEST], entry[DEPTH] = lowest, highest, depth
