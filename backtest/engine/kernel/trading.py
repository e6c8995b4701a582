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

SLOTS = 32_768  # moves remembered, a power of two; 64 bytes each
# Of a move: which it is, what a unit is worth before it, between which values the line holds, and
# the line: after = SLOPE · before − LOST, traded = BOUGHT · after − SOLD · before.
MOVE, UNIT, ABOVE, BELOW, SLOPE, LOST, BOUGHT, SOLD, ENTRIES = range(9)
INSIDE = 1e-9  # how far inside its bounds, as a fraction, a line is used


@njit(nogil=True, fastmath=SUMS, **INNER)
def settle(  # type: ignore[no-untyped-def]
    weights, held, total, minimum, session, stage: Stage
):
    """Rebalance where everything can trade.

    Given which trades are buys and which pay the minimum commission, the value after costs solves
    one linear equation; repeat until these sets are those of the solution. Where a trade is so
    small that it might not be made the value is −1: take the long way.

    Returns
    -------
    tuple of float
        The value after costs; of the equation, what is proportional to what is held and to the
        weights, and how many pay the minimum; weights bought less sold, and the same of what is
        held, so that bought · value − sold is what is traded.
    """
    rates = stage.rates[stage.rate_row[session]]
    commission_buy, commission_sell, other_buy, other_sell = rates[0], rates[1], rates[2], rates[3]
    value, fixed = total, 0.0
    least = max(DUST * total, 2.0 * minimum) + DUST * total
    for _ in range(8):
        at_held = at_weight = paying = bought = sold = small = 0.0
        for k in range(len(held)):
            trade = weights[k] * value - held[k]
            buys = trade > 0.0
            size, side = abs(trade), 1.0 if buys else -1.0
            # Both sides' rates are read before one is chosen, so that the loop is vectorized.
            commission, sells = commission_buy[k], commission_sell[k]
            other, others = other_buy[k], other_sell[k]
            commission, other = (commission, other) if buys else (sells, others)
            floor = (size > 0.0) & (commission * size < minimum)
            signed = side * (other if floor else commission + other)
            at_held += signed * held[k]
            at_weight += signed * weights[k]
            paying += 1.0 if floor else 0.0
            bought += side * weights[k]
            sold += side * held[k]
            near = (size > 0.0) & (size <= least + weights[k] * fixed)
            small += 1.0 if near else 0.0
        solved = (total + at_held - paying * minimum) / (1.0 + at_weight)
        if abs(solved - value) <= 4e-16 * total:
            after = value if small == 0.0 and value > 0.0 else -1.0
            return after, at_held, at_weight, paying, bought, sold
        value, fixed = solved, paying * minimum
    return -1.0, 0.0, 0.0, 0.0, 0.0, 0.0


@njit(nogil=True, **INNER)
def draw(move, number, unit, before, weights, held, session, stage: Stage):  # type: ignore[no-untyped-def]
    """Write the line on which a move lies at a value; return whether there is one.

    Where it was made before, the bounds between which it holds too: most moves are made once.

    Parameters
    ----------
    held : float, instrument
        Fractions of the value before the move.
    """
    minimum, again = stage.minimum, move[MOVE] == number
    after, at_held, at_weight, paying, bought, sold = settle(
        weights, held, 1.0, minimum / before, session, stage
    )
    slope, lost = (1.0 + at_held) / (1.0 + at_weight), paying * minimum / (1.0 + at_weight)
    move[MOVE], move[UNIT], move[SLOPE], move[LOST] = number, unit, slope, lost
    move[BOUGHT], move[SOLD], move[ABOVE], move[BELOW] = bought, sold, np.inf, 0.0
    if not (again and after > 0.0):
        return after > 0.0
    rates = stage.rates[stage.rate_row[session]]
    above, below = 0.0, np.inf
    for k in range(len(held)):
        # The size of the trade is steep · before − less; it has to stay above what might not be
        # traded, and on its side of the least that pays more than the minimum.
        trade = weights[k] * after - held[k]
        side, commission = (1.0, rates[0, k]) if trade > 0.0 else (-1.0, rates[1, k])
        steep = side * (weights[k] * slope - held[k])
        less = side * weights[k] * lost
        if trade != 0.0:
            least = less + 2.0 * minimum + weights[k] * paying * minimum
            above, below = _bounded(steep - 2.0 * DUST, least, above, below)
            if minimum > 0.0 and commission > 0.0:
                turn = 1.0 if commission * abs(trade) * before >= minimum else -1.0
                least = turn * (less + minimum / commission)
                above, below = _bounded(turn * steep, least, above, below)
        elif held[k] != 0.0:
            below = 0.0
    move[ABOVE], move[BELOW] = above * (1.0 + INSIDE), below * (1.0 - INSIDE)
    return True


@njit(nogil=True, **INLINE)
def _bounded(steep, least, above, below):  # type: ignore[no-untyped-def]
    """Return the bounds between which steep · value > least as well."""
    if steep > 0.0:
        return max(above, least / steep), below
    if steep < 0.0:
        return above, min(below, least / steep)
    return above, below if least < 0.0 else 0.0
