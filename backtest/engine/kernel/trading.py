"""One rebalance in Numba: `backtest.engine.rebalance` again, and a short way for the usual case.

The long way mirrors `backtest.engine.rebalance` line by line; what follows from
which rule is said there.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from backtest.engine.kernel.layout import Stage
from backtest.engine.rebalance import DUST

# Sums may be reordered, which lets them be vectorized; NaN and infinities stay what they are.
SUMS = {"reassoc", "contract", "nsz"}

# Arrays handed on to a function that allocates nothing need no reference counting, which would
# cost more than the arithmetic (an internal option of Numba; without it all is only slower).
LEAN = {"_nrt": False, "error_model": "numpy"}
INLINE = {"forceinline": True, **LEAN}

# Rows of a variant's scratch array.
HELD, WANTED, FROZEN, SHUT, PAYS, SHARES, GOAL, SCRATCH = range(8)


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


@njit(nogil=True, **LEAN)
def rebalance(  # type: ignore[no-untyped-def]
    weights, scratch, cash, session, stage: Stage, live, waits
):
    """Trade as far as the session allows; see `backtest.engine.rebalance.rebalance`.

    Parameters
    ----------
    scratch : float, SCRATCH × instrument
        SHARES holds the shares, before and after; HELD their values before.
    live : int, instrument
        Room for the numbers of the instruments that are held or wanted.
    waits : int8, instrument
        Set to 1 where an instrument still waits to be bought, −1 to be sold, else 0.

    Returns
    -------
    tuple of float
        Cash left, costs paid, value traded.
    """
    held, wanted, frozen, shut = scratch[HELD], scratch[WANTED], scratch[FROZEN], scratch[SHUT]
    shares = scratch[SHARES]
    can_buy, can_sell = stage.can_buy[session], stage.can_sell[session]
    total, count = cash, 0
    for k in range(len(weights)):
        waits[k] = 0
        if weights[k] != 0.0 or shares[k] != 0.0:
            live[count] = k
            count += 1
            total += held[k]
            shut[k] = frozen[k] = 0.0 if can_buy[k] or can_sell[k] else 1.0
    least, value = max(DUST * total, 2.0 * stage.minimum), total
    again = True
    while again:
        value = _after_costs(weights, scratch, total, value, session, stage, live[:count])
        again = False
        for k in live[:count]:
            size = abs(wanted[k] - held[k])
            if frozen[k] != 0.0 or size == 0.0:
                continue
            if size <= least:
                frozen[k] = 1.0
                again = True
            elif not (can_buy[k] if wanted[k] > held[k] else can_sell[k]):
                frozen[k] = shut[k] = 1.0
                again = True
    rates = stage.rates[stage.rate_row[session]]
    spent = costs = traded = 0.0
    for k in live[:count]:
        gap = weights[k] * value - held[k]
        if shut[k] != 0.0 and abs(gap) > least:
            waits[k] = 1 if gap > 0.0 else -1
        if frozen[k] != 0.0 or not abs(wanted[k] - held[k]) > least:
            continue
        new = wanted[k] / stage.price[session, k]
        lot = stage.lot[k]
        if lot > 0.0:
            new = np.floor(new / lot + 1e-9) * lot
        moved = (new - shares[k]) * stage.price[session, k]
        shares[k] = new
        side = 0 if moved > 0.0 else 1
        rate, other = rates[side, k], rates[2 + side, k]
        size = abs(moved)
        if size > 0.0:
            costs += max(rate * size, stage.minimum) + other * size
        spent += moved
        traded += size
    return cash - spent - costs, costs, traded


@njit(nogil=True, **LEAN)
def _after_costs(weights, scratch, total, start, session, stage: Stage, live):  # type: ignore[no-untyped-def]
    """Solve until nothing trades without paying the minimum commission; see the rule there."""
    pays, value = scratch[PAYS], start
    for k in live:
        pays[k] = 0.0
    while True:
        value = _solve(weights, scratch, total, value, session, stage, live)
        again = False
        if stage.minimum > 0.0:
            for k in live:
                moves = abs(scratch[WANTED, k] - scratch[HELD, k]) > DUST * total
                if moves and scratch[FROZEN, k] == 0.0 and pays[k] == 0.0:
                    pays[k] = 1.0
                    again = True
        if not again:
            return value


@njit(nogil=True, **LEAN)
def _solve(weights, scratch, total, start, session, stage: Stage, live):  # type: ignore[no-untyped-def]
    """Find V with V + costs(V) = total by Newton steps kept inside a shrinking bracket."""
    held, wanted, frozen, pays = scratch[HELD], scratch[WANTED], scratch[FROZEN], scratch[PAYS]
    minimum = stage.minimum
    rates = stage.rates[stage.rate_row[session]]
    commission_buy, commission_sell, other_buy, other_sell = rates[0], rates[1], rates[2], rates[3]
    fixed = free_weight = 0.0
    for k in live:
        if frozen[k] != 0.0:
            fixed += held[k]
            wanted[k] = held[k]
        else:
            free_weight += weights[k]
    low, high, value = 0.0, total, start
    for _ in range(200):
        spendable = max(value - fixed, 0.0)
        limited = free_weight > 0.0 and spendable < value * free_weight
        scale = spendable / free_weight if limited else value
        growth = 0.0
        if value > fixed:
            growth = 1.0 / free_weight if limited else 1.0
        paid = slope = 0.0
        for k in live:
            if frozen[k] != 0.0:
                continue
            wanted[k] = weights[k] * scale
            trade = wanted[k] - held[k]
            size, buys = abs(trade), trade > 0.0
            rate = commission_buy[k] if buys else commission_sell[k]
            other = other_buy[k] if buys else other_sell[k]
            floor = pays[k] != 0.0 and rate * size < minimum
            paid += (minimum if floor else rate * size) + other * size
            signed = other if floor else rate + other
            slope += weights[k] * (signed if buys else -signed)
        excess = value + paid - total
        if excess > 0.0:
            high = value
        else:
            low = value
        if abs(excess) <= 2e-15 * total or high - low <= 1e-16 * total:
            return value
        value -= excess / (1.0 + slope * growth)
        if not low < value < high:
            value = (low + high) / 2.0
    return value
