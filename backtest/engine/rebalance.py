"""One rebalance: from holdings and target weights to holdings after costs.

Targets are fractions of the value left after costs, so the value V after trading solves
V = V0 − costs(V): a fixed point of a piecewise linear, strictly increasing function, found
exactly. The result does not depend on the order of the instruments. Single runs and sweeps solve it
by the same code, compiled by Numba.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from backtest.engine.stage import Stage

DUST = 1e-8  # trades below this fraction of the value (a cent in a million) are not made

# Arrays handed on to a function that allocates nothing need no reference counting, which would
# cost more than the arithmetic; nobody calls from C, and what is INNER only compiled code calls, so
# that the ways in, a fifth of what is compiled, are left out (internal options of Numba; without
# them all is only slower).
LEAN = {"_nrt": False, "error_model": "numpy", "no_cfunc_wrapper": True}
INNER = {**LEAN, "no_cpython_wrapper": True}

# Rows of a scratch array.
HELD, WANTED, FROZEN, SHUT, PAYS, SHARES, GOAL, SCRATCH = range(8)


@dataclass(frozen=True, eq=False)
class Filled:
    """Shares after a rebalance, the cash left, and which instruments still wait for which side."""

    shares: np.ndarray
    cash: float
    waits_to_buy: np.ndarray
    waits_to_sell: np.ndarray


def rebalance(
    weights: np.ndarray, shares: np.ndarray, cash: float, on: Stage, session: int
) -> Filled:
    """Trade toward `weights` as far as the session allows.

    Instruments that cannot trade the way they would have to are frozen at what they are worth;
    the others share what is left in proportion to their weights, and never more than their weight.
    Trades worth no more than twice the minimum commission are not made either.
    """
    scratch = np.zeros((SCRATCH, len(weights)))
    scratch[SHARES], scratch[HELD] = shares, shares * on.mark[session]
    live, waits = np.zeros((2, len(weights)), dtype=np.int32)
    left = _alone(np.ascontiguousarray(weights), scratch, float(cash), session, on, live, waits)
    return Filled(scratch[SHARES].copy(), left, waits > 0, waits < 0)


def trading_costs(traded: np.ndarray, on: Stage, session: int) -> np.ndarray:
    """Return what each trade costs, given signed traded values, 0 where nothing is traded."""
    commission_buy, commission_sell, other_buy, other_sell = on.rates[on.rate_row[session]]
    size, buys = np.abs(traded), traded > 0
    commission = np.where(buys, commission_buy, commission_sell) * size
    other = np.where(buys, other_buy, other_sell) * size
    return np.where(size > 0, np.maximum(commission, on.minimum) + other, 0.0)


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def _alone(weights, scratch, cash, session, stage, live, waits):  # type: ignore[no-untyped-def]
    """Call `trade` from Python."""
    return trade(weights, scratch, cash, session, stage, live, waits)[0]


@njit(nogil=True, **INNER)
def trade(  # type: ignore[no-untyped-def]
    weights, scratch, cash, session, stage: Stage, live, waits
):
    """Trade as far as the session allows; see `rebalance`.

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


@njit(nogil=True, **INNER)
def _after_costs(weights, scratch, total, start, session, stage: Stage, live):  # type: ignore[no-untyped-def]
    """Solve for the value after costs, in `scratch` the value wanted in each instrument.

    Who pays the minimum commission is not known beforehand: first nobody, then whoever trades,
    until no one trades who does not pay it.
    """
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


@njit(nogil=True, **INNER)
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
