"""One rebalance: from holdings and target weights to holdings after costs.

Targets are fractions of the value left after costs, so the value V after trading solves
V = V0 − costs(V): a fixed point of a piecewise linear, strictly increasing function, found
exactly. The result does not depend on the order of the instruments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DUST = 1e-8  # trades below this fraction of the value (a cent in a million) are not made


@dataclass(frozen=True, eq=False)
class Quote:
    """What one session offers; every array has one entry an instrument.

    `mark` values what is held (the price where there is one, else the last close), `commission_*`
    and `other_*` are fractions of traded value, `lot` is 0 where fractions are allowed.
    """

    price: np.ndarray
    mark: np.ndarray
    can_buy: np.ndarray
    can_sell: np.ndarray
    commission_buy: np.ndarray
    commission_sell: np.ndarray
    other_buy: np.ndarray
    other_sell: np.ndarray
    lot: np.ndarray
    minimum: float


@dataclass(frozen=True, eq=False)
class Filled:
    """Shares after a rebalance, the cash left, and which instruments still wait for which side."""

    shares: np.ndarray
    cash: float
    waits_to_buy: np.ndarray
    waits_to_sell: np.ndarray


def rebalance(weights: np.ndarray, shares: np.ndarray, cash: float, quote: Quote) -> Filled:
    """Trade toward `weights` as far as the session allows.

    Instruments that cannot trade the way they would have to are frozen at what they are worth;
    the others share what is left in proportion to their weights, and never more than their weight.
    Trades worth no more than twice the minimum commission are not made either.
    """
    held = shares * quote.mark
    total = cash + float(held.sum())
    shut = ~(quote.can_buy | quote.can_sell)
    small = np.zeros(len(held), dtype=bool)
    least = max(DUST * total, 2.0 * quote.minimum)
    while True:
        frozen = shut | small
        wanted, value = _after_costs(weights, held, total, frozen, quote)
        size = np.abs(wanted - held)
        wrong = (size > least) & np.where(wanted > held, ~quote.can_buy, ~quote.can_sell)
        idle = (size > 0) & (size <= least)
        if not ((wrong | idle) & ~frozen).any():
            break
        shut |= wrong & ~frozen
        small |= idle & ~frozen
    trades = (size > least) & ~frozen
    new_shares = shares.copy()
    new_shares[trades] = wanted[trades] / quote.price[trades]
    lots = trades & (quote.lot > 0)
    new_shares[lots] = np.floor(new_shares[lots] / quote.lot[lots] + 1e-9) * quote.lot[lots]
    traded = (new_shares - shares) * np.where(trades, quote.price, 0.0)
    left = cash - float(traded.sum()) - float(trading_costs(traded, traded != 0, quote).sum())
    gap = weights * value - held
    short = shut & (np.abs(gap) > least)
    return Filled(new_shares, left, short & (gap > 0), short & (gap < 0))


def trading_costs(traded: np.ndarray, trades: np.ndarray, quote: Quote) -> np.ndarray:
    """Return what each trade costs, given signed traded values and which instruments trade."""
    size = np.abs(traded)
    buys = traded > 0
    commission = np.where(buys, quote.commission_buy, quote.commission_sell) * size
    other = np.where(buys, quote.other_buy, quote.other_sell) * size
    charged: np.ndarray = np.where(trades, np.maximum(commission, quote.minimum) + other, 0.0)
    return charged


def _after_costs(
    weights: np.ndarray, held: np.ndarray, total: float, frozen: np.ndarray, quote: Quote
) -> tuple[np.ndarray, float]:
    """Solve for the value after costs; return the value wanted in each instrument and it.

    Who pays the minimum commission is not known beforehand: first nobody, then whoever trades,
    until no one trades who does not pay it.
    """
    pays_minimum = np.zeros(len(held), dtype=bool)
    while True:
        wanted, value = _solve(weights, held, total, frozen, quote, pays_minimum)
        trades = (np.abs(wanted - held) > DUST * total) & ~frozen
        if quote.minimum == 0 or not (trades & ~pays_minimum).any():
            return wanted, value
        pays_minimum |= trades


def _solve(
    weights: np.ndarray,
    held: np.ndarray,
    total: float,
    frozen: np.ndarray,
    quote: Quote,
    pays_minimum: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Find V with V + costs(V) = total by Newton steps kept inside a shrinking bracket."""
    kept = np.where(frozen, held, 0.0)
    fixed = float(kept.sum())
    free = np.where(frozen, 0.0, weights)
    buying = quote.commission_buy + quote.other_buy
    selling = quote.commission_sell + quote.other_sell
    free_weight = float(free.sum())
    low, high = 0.0, total
    value = total
    for _ in range(200):
        spendable = max(value - fixed, 0.0)
        limited = free_weight > 0 and spendable < value * free_weight
        scale = spendable / free_weight if limited else value
        growth = (1.0 / free_weight if limited else 1.0) if value > fixed else 0.0
        wanted = kept + free * scale
        trade = wanted - held
        rate = np.where(trade > 0, buying, -selling)
        charged = 0.0
        if pays_minimum.any():
            commission = np.where(trade > 0, quote.commission_buy, -quote.commission_sell)
            floor = pays_minimum & (commission * trade < quote.minimum)
            rate = np.where(floor, rate - commission, rate)
            charged = quote.minimum * int(floor.sum())
        excess = value + charged + float((rate * trade).sum()) - total
        if excess > 0:
            high = value
        else:
            low = value
        if abs(excess) <= 1e-15 * total or high - low <= 1e-16 * total:
            return wanted, value
        slope = 1.0 + float((rate * free).sum()) * growth
        value -= excess / slope
        if not low < value < high:
            value = (low + high) / 2.0
    return wanted, value
