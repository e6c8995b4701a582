"""What the kernel reads: a market and baskets as plain arrays.

Everything here is the same for all variants of a sweep (`Stage`) or for all that hold the same
baskets (`Rotation`). Arrays are contiguous, session × instrument, as in
`backtest.engine.plan.Venue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.engine.plan import venue
from backtest.errors import UserError
from backtest.market import Market
from backtest.market.schedule import ON_CHANGE, schedule_of

ENTRIES = 10  # of a growth table's row; named in `backtest.engine.kernel.growth`
TABLE_BYTES = 64 * 2**20  # of growth tables, which should stay near the caches


class Stage(NamedTuple):
    """A market under one cost model and fill, from session number `first` with `cash` on.

    Attributes
    ----------
    price, mark, close, can_buy, can_sell, lot, money
        As in `Venue`.
    inverse : float, session × instrument
        One over the price, 0 where there is none.
    rates : float, distinct row × 4 × instrument
        Commission on buys and on sells, other costs on buys and on sells; few rows, so that they
        stay in the nearest cache. `rate_row` says which holds on a session.
    risk_free : float, session
        Return of idle cash.
    """

    price: np.ndarray
    inverse: np.ndarray
    mark: np.ndarray
    close: np.ndarray
    can_buy: np.ndarray
    can_sell: np.ndarray
    rates: np.ndarray
    rate_row: np.ndarray
    lot: np.ndarray
    money: np.ndarray
    risk_free: np.ndarray
    minimum: float
    cash: float
    per_year: float
    first: int
    in_lots: bool


class Rotation(NamedTuple):
    """Baskets by code, and the sessions on which holding one orders it.

    Attributes
    ----------
    weights : float, distinct row × instrument
        What baskets can want, NaN as 0.
    row : int, basket × session
        Which row of weights a basket wants after a session; −1 where it has no number at all, and
        so orders nothing.
    wrong : bool, basket × session
        Whether the row cannot be meant: negative, above 1 in sum, or on what has no price.
    event : int, basket × session
        The first session from this one on at which holding the basket orders it anyway: the
        schedule's, or one on which the basket's instruments change; the number of sessions if none.
    plain : bool, session
        Whether all that any basket has wanted up to the session before can be traded both ways,
        and no row of the session before exceeds 1 even by rounding.
    due : bool, session
        Whether a rebalance is due, so that a row orders even if it repeats the one before.
    support : int, distinct row
        Rows with weights on the same instruments have the same number.
    band, turnover : float
        As in `backtest.market.schedule.Schedule`.
    nothing : int
        The code of "cash", by which results call what is held before the first decision; −1 if no
        regime goes by that name.
    """

    weights: np.ndarray
    row: np.ndarray
    wrong: np.ndarray
    event: np.ndarray
    plain: np.ndarray
    due: np.ndarray
    support: np.ndarray
    band: float
    turnover: float
    nothing: int


def stage(market: Market, costs: Costs, fill: str, cash: float, first: int) -> Stage:
    """Lay a market out for the kernel; "open" falls back to the close as in a single run."""
    laid = venue(market, costs, fill)
    if not laid.lag:
        raise UserError(f"variants are tried with fills at the next open or close, not {fill}")
    rates = laid.rates
    moved = market.money.pct_change(fill_method=None).to_numpy(dtype=float, copy=True)
    moved[0] = 0.0
    every = (rates.commission_buy, rates.commission_sell, rates.other_buy, rates.other_sell)
    distinct, row = _distinct(np.hstack(every))
    return Stage(
        price=_solid(laid.price),
        inverse=np.nan_to_num(1.0 / laid.price),
        mark=_solid(laid.mark),
        close=_solid(laid.close),
        can_buy=np.ascontiguousarray(laid.can_buy),
        can_sell=np.ascontiguousarray(laid.can_sell),
        rates=distinct.reshape(len(distinct), 4, -1),
        rate_row=row,
        lot=_solid(laid.lot),
        money=_solid(laid.money),
        risk_free=_solid(moved),
        minimum=float(rates.minimum),
        cash=float(cash),
        per_year=market.per_year(first),
        first=int(first),
        in_lots=bool((laid.lot > 0).any()),
    )


def rotation(
    baskets: Mapping[str, pd.DataFrame], schedule: str, names: list[str], market: Market, on: Stage
) -> tuple[Rotation, Stage]:
    """Lay baskets out in the order of `names`, the codes of a regime; other names hold nothing.

    `names` are all the names a regime can have; the code of a name is its position. The stage
    comes back without the instruments no basket ever wants.
    """
    due = schedule_of(schedule).due(market.sessions)
    columns = market.close.columns
    shape = (len(names), *market.close.shape)
    weights, given, orders = np.zeros(shape), np.zeros(shape[:2], bool), np.zeros(shape[:2], bool)
    for code, name in enumerate(names):
        if name in baskets:
            basket = baskets[name].reindex(market.close.index)
            held = basket.to_numpy(dtype=float) > 0.0
            before = np.vstack([np.zeros((1, held.shape[1]), dtype=bool), held[:-1]])
            numbers = basket.reindex(columns=columns).to_numpy(dtype=float)
            weights[code] = np.nan_to_num(numbers)
            given[code] = np.isfinite(numbers).any(axis=1)
            orders[code] = due | (held != before).any(axis=1)
    return _rotation(weights, given, orders, market, on, names, schedule)


def single(
    targets: pd.DataFrame, market: Market, on: Stage, schedule: str = ON_CHANGE
) -> tuple[Rotation, Stage]:
    """Lay one strategy's targets out as a rotation with one basket that orders where it is given.

    The frame has to be `fitted`, and to have passed `backtest.engine.plan.orders`.
    """
    numbers = targets.to_numpy(dtype=float)
    given = np.isfinite(numbers).any(axis=1)[None]
    return _rotation(np.nan_to_num(numbers)[None], given, given, market, on, ["held"], schedule)


def _rotation(
    weights: np.ndarray,
    given: np.ndarray,
    orders: np.ndarray,
    market: Market,
    on: Stage,
    names: list[str],
    schedule: str,
) -> tuple[Rotation, Stage]:
    sessions = weights.shape[1]
    unpriced = ~np.isfinite(market.close.to_numpy(dtype=float))
    wrong = (weights < 0).any(axis=2) | (weights.sum(axis=2) > 1.0 + 1e-9)
    wrong |= ((weights > 0) & unpriced).any(axis=2)
    used = np.flatnonzero((weights != 0).any(axis=(0, 1)))
    used = used if len(used) else np.arange(1)  # arrays without columns would be a case apart
    weights, on = weights[:, :, used], _narrowed(on, used)
    wanted = np.logical_or.accumulate((weights > 0).any(axis=0), axis=0)
    before = np.vstack([np.zeros((1, wanted.shape[1]), dtype=bool), wanted[:-1]])
    shut = ~(on.can_buy & on.can_sell)
    position = np.where(orders & given, np.arange(sessions), sessions)
    event = np.minimum.accumulate(position[:, ::-1], axis=1)[:, ::-1]
    plain = ~(before & shut).any(axis=1)
    plain[1:] &= (weights.sum(axis=2) <= 1.0 + 1e-13).all(axis=0)[:-1]
    distinct, row = _distinct(weights.reshape(-1, weights.shape[2]))
    asked = schedule_of(schedule)
    laid = Rotation(
        weights=distinct,
        row=np.where(given, row.reshape(given.shape), -1),
        wrong=wrong,
        event=np.ascontiguousarray(event, dtype=np.int32),
        plain=plain,
        due=asked.due(market.sessions),
        support=_distinct((distinct > 0.0).astype(float))[1],
        band=asked.band,
        turnover=asked.turnover,
        nothing=names.index("cash") if "cash" in names else -1,
    )
    return laid, on


def _narrowed(on: Stage, used: np.ndarray) -> Stage:
    """Return a stage with some of its instruments."""
    return on._replace(
        price=_solid(on.price[:, used]),
        inverse=_solid(on.inverse[:, used]),
        mark=_solid(on.mark[:, used]),
        close=_solid(on.close[:, used]),
        can_buy=np.ascontiguousarray(on.can_buy[:, used]),
        can_sell=np.ascontiguousarray(on.can_sell[:, used]),
        rates=_solid(on.rates[:, :, used]),
        lot=_solid(on.lot[used]),
        in_lots=bool((on.lot[used] > 0).any()),
    )


def reach(event: np.ndarray) -> int:
    """Return how many sessions after a fill growth tables should cover.

    As far as the schedule's usual gap and no more than `TABLE_BYTES` allow; what lies beyond is
    computed session by session.
    """
    baskets, sessions = event.shape
    marks = np.unique(event[event < sessions])
    gap = int(np.quantile(np.diff(marks), 0.95)) + 2 if len(marks) > 2 else 2
    afford = int(TABLE_BYTES // (baskets * sessions * ENTRIES * 8))
    return max(2, min(gap, afford, 70))


def _distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows and, for each row, which of them it is."""
    rows = _solid(rows) + 0.0  # no negative zeros: they would look different
    starts = np.ones(len(rows), dtype=bool)
    starts[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    known: dict[bytes, int] = {}
    runs = [known.setdefault(row.tobytes(), len(known)) for row in rows[starts]]
    distinct = np.frombuffer(b"".join(known)).reshape(len(known), rows.shape[1]).copy()
    return distinct, np.array(runs, dtype=np.int32)[starts.cumsum() - 1]


def _solid(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.float64)
