"""The short way of a rebalance, where everything can trade."""

from __future__ import annotations

from numba import njit

from backtest.engine.rebalance import DUST, INNER
from backtest.engine.stage import Stage

# Sums may be reordered, which lets them be vectorized; NaN and infinities stay what they are.
SUMS = {"reassoc", "contract", "nsz"}

INLINE = {"forceinline": True, **INNER}


@njit(nogil=True, fastmath=SUMS, **INLINE)
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
