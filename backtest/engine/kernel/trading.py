"""The short way of a rebalance, where everything can trade.

What a move from one basket to another leaves is linear in the value before it, as long as the same
instruments are bought and the same orders pay the minimum commission. So the first variant to make
a move leaves that line in a table of `SLOTS`, with the values between which it holds, and the
others read it off.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from backtest.engine.rebalance import DUST, INNER
from backtest.engine.stage import Stage

# Sums may be reordered, which lets them be vectorized; NaN and infinities stay what they are.
SUMS = {"reassoc", "contract", "nsz"}

INLINE = {"forceinline": True, **INNER}

SLOTS = 8192  # moves remembered, a power of two; 64 bytes each
# Of a move: which it is, what a unit is worth before it, between which values the line holds, and
# the line: after = SLOPE · before − LOST, traded = BOUGHT · after − SOLD · before.
MOVE, UNIT, ABOVE, BELOW, SLOPE, LOST, BOUGHT, SOLD, ENTRIES = range(9)
INSIDE = 1e-9  # how far inside its bounds, as a fraction, a line is used


@njit(nogil=True, fastmath=SUMS, **INNER)
def settle(  # type: ignore[no-untyped-def]
    weights, held, total, session, stage: Stage
):
    """Rebalance where everything can trade: return the value after costs and the value traded.

    Given which trades are buys and which pay the minimum commission, the value after costs solves
    one linear equation; repeat until these sets are those of the solution. Where a trade is so
    small that it might not be made the value is −1: take the long way.
    """
    count = len(held)
    minimum = stage.minimum
    rates = stage.rates[stage.rate_row[session]]
    commission_buy, commission_sell, other_buy, other_sell = rates[0], rates[1], rates[2], rates[3]
    value, fixed = total, 0.0
    least = max(DUST * total, 2.0 * minimum) + DUST * total
    for _ in range(8):
        at_held = at_weight = minima = traded = small = 0.0
        for k in range(count):
            trade = weights[k] * value - held[k]
            buys = trade > 0.0
            size = abs(trade)
            commission = commission_buy[k] if buys else commission_sell[k]
            other = other_buy[k] if buys else other_sell[k]
            floor = (size > 0.0) & (commission * size < minimum)
            rate = other if floor else commission + other
            signed = rate if buys else -rate
            at_held += signed * held[k]
            at_weight += signed * weights[k]
            minima += minimum if floor else 0.0
            traded += size
            near = (size > 0.0) & (size <= least + weights[k] * fixed)
            small += 1.0 if near else 0.0
        solved = (total + at_held - minima) / (1.0 + at_weight)
        if abs(solved - value) <= 4e-16 * total:
            return (value if small == 0.0 and value > 0.0 else -1.0), traded
        value, fixed = solved, minima
    return -1.0, 0.0


@njit(nogil=True, **INNER)
def draw(  # type: ignore[no-untyped-def]
    move, number, value, weights, unit, idle, held, session, stage: Stage
):
    """Find the line on which a move lies at a value; with no bounds to hold in if there is none.

    Parameters
    ----------
    unit : float, instrument
        What a unit of value is in before the move; the rest is `idle`.
    held : float, instrument
        Room.
    """
    count, minimum = len(unit), stage.minimum
    rates = stage.rates[stage.rate_row[session]]
    commission_buy, commission_sell, other_buy, other_sell = rates[0], rates[1], rates[2], rates[3]
    whole = idle
    for k in range(count):
        whole += unit[k]
        held[k] = value * unit[k]
    after, _ = settle(weights, held, value * whole, session, stage)
    move[MOVE], move[UNIT], move[ABOVE], move[BELOW] = number, whole, np.inf, 0.0
    at_held = at_weight = minima = bought = sold = 0.0
    for k in range(count):
        trade = weights[k] * after - held[k]
        buys = trade > 0.0
        side = 0.0 if trade == 0.0 else (1.0 if buys else -1.0)
        commission = commission_buy[k] if buys else commission_sell[k]
        other = other_buy[k] if buys else other_sell[k]
        floor = (side != 0.0) & (commission * abs(trade) < minimum)
        rate = side * (other if floor else commission + other)
        at_held += rate * unit[k] / whole
        at_weight += rate * weights[k]
        minima += minimum if floor else 0.0
        bought += side * weights[k]
        sold += side * unit[k] / whole
    slope, lost = (1.0 + at_held) / (1.0 + at_weight), minima / (1.0 + at_weight)
    above, below = 0.0, np.inf if after > 0.0 else 0.0
    for k in range(count):
        # The size of the trade is steep · before − less; it has to stay above what might not be
        # traded, and on its side of the least that pays more than the minimum.
        trade = weights[k] * after - held[k]
        side = 1.0 if trade > 0.0 else -1.0
        steep = side * (weights[k] * slope - unit[k] / whole)
        less = side * weights[k] * lost
        commission = commission_buy[k] if trade > 0.0 else commission_sell[k]
        if trade != 0.0:
            least = less + 2.0 * minimum + weights[k] * minima
            above, below = _bounded(steep - 2.0 * DUST, least, above, below)
            if minimum > 0.0 and commission > 0.0:
                turn = 1.0 if commission * abs(trade) >= minimum else -1.0
                least = turn * (less + minimum / commission)
                above, below = _bounded(turn * steep, least, above, below)
        elif unit[k] != 0.0:
            below = 0.0
    move[ABOVE], move[BELOW] = above * (1.0 + INSIDE), below * (1.0 - INSIDE)
    move[SLOPE], move[LOST], move[BOUGHT], move[SOLD] = slope, lost, bought, sold


@njit(nogil=True, **INLINE)
def _bounded(steep, least, above, below):  # type: ignore[no-untyped-def]
    """Return the bounds between which steep · value > least as well."""
    if steep > 0.0:
        return max(above, least / steep), below
    if steep < 0.0:
        return above, min(below, least / steep)
    return above, below if least < 0.0 else 0.0
