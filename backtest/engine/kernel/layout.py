"""What the kernel reads: a market and baskets as plain arrays.

The market (`Stage`) is the same for all variants of a sweep, a `Rotation` for all that hold the
same baskets. Arrays are contiguous.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.engine import plan
from backtest.engine.stage import Stage, distinct
from backtest.errors import UserError
from backtest.market import Market
from backtest.market.schedule import ON_CHANGE, schedule_of

ENTRIES = 10  # of a growth table's row; named in `backtest.engine.kernel.growth`
TABLE_BYTES = 128 * 2**20  # of growth tables if all baskets are held


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
    on = plan.stage(market, costs, fill, cash, first)
    if not on.lag:
        raise UserError(
            "variants are tried with fills at the next open or close, not {fill}", fill=fill
        )
    return on


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
            weights[code] = np.where(np.isnan(numbers), 0.0, numbers)
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
    used = np.flatnonzero((weights != 0).any(axis=(0, 1)))
    used = used if len(used) else np.arange(1)  # arrays without columns would be a case apart
    unpriced = ~np.isfinite(market.close.to_numpy(dtype=float)[:, used])
    weights, on = weights[:, :, used], on.of(used)
    held, total = weights > 0, weights.sum(axis=2)
    wrong = (weights < 0).any(axis=2) | (total > 1.0 + 1e-9) | (held & unpriced).any(axis=2)
    wanted = np.logical_or.accumulate(held.any(axis=0), axis=0)
    before = np.vstack([np.zeros((1, wanted.shape[1]), dtype=bool), wanted[:-1]])
    shut = ~(on.can_buy & on.can_sell)
    position = np.where(orders & given, np.arange(sessions), sessions)
    event = np.minimum.accumulate(position[:, ::-1], axis=1)[:, ::-1]
    plain = ~(before & shut).any(axis=1)
    plain[1:] &= (total <= 1.0 + 1e-13).all(axis=0)[:-1]
    rows, row = distinct(weights.reshape(-1, weights.shape[2]))
    asked = schedule_of(schedule)
    laid = Rotation(
        weights=rows,
        row=np.where(given, row.reshape(given.shape), -1),
        wrong=wrong,
        event=np.ascontiguousarray(event, dtype=np.int32),
        plain=plain,
        due=asked.due(market.sessions),
        support=distinct((rows > 0.0).astype(float))[1],
        band=asked.band,
        turnover=asked.turnover,
        nothing=names.index("cash") if "cash" in names else -1,
    )
    return laid, on


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
