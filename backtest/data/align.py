"""From a RawMarket to a Market on its exchange's sessions."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.data.publication_lag import max_age_days
from backtest.data.raw import PRICE_FIELDS, RawMarket
from backtest.data.vintages import latest_known, vintages
from backtest.errors import UserError
from backtest.market import Market
from backtest.market.calendar import sessions
from backtest.market.publication import as_known
from backtest.market.universe import Universe

Matrix = NDArray[np.float64]

# A session with one price all day, this far from the last close, was spent at a limit: Shanghai's
# and Shenzhen's are 5, 10 and 20 %, and a tick of a low price may be worth tenths of a percent.
LOCKED_MOVE = 0.048


def build_market(
    raw: RawMarket, *, name: str, snapshot: str, findings: tuple[str, ...] = ()
) -> Market:
    """Place prices and series on the exchange's sessions.

    Sessions run from the first to the last date of any instrument that has a sector. In a gap the
    close is carried forward and nothing can be traded; funds and stocks cannot be traded either
    on a session without volume, bought while locked at their upper limit, or sold at their lower.
    There are no opens where no sector has one. The benchmark is a column only where it is an
    investment too: a sector, a bond or money.

    Raises
    ------
    UserError
        If no instrument with a sector has a price on a session.
    """
    universe = raw.universe
    dates = pd.DatetimeIndex(raw.prices["date"])
    with_sector = {name for names in universe.by_sector.values() for name in names}
    inside = dates[raw.prices["instrument"].isin(with_sector)]
    days = pd.DatetimeIndex([])
    if len(inside):
        days = sessions(universe.calendar, inside.min(), inside.max(), seen=dates)
    if days.empty:
        raise UserError(
            f"market {name} has no price of a sector instrument on a session of "
            f"{universe.calendar}; check its dates"
        )
    present = set(raw.prices["instrument"])
    columns = [identifier for identifier in universe.by_id if identifier in present]
    placed = _place(raw.prices, columns, days)
    # Row 0 holds what stood before the first session, so that a gap there is filled too.
    traded, carried = ~np.isnan(placed["close"]), _carried(placed["close"])
    can_buy, can_sell = _tradable(placed, traded, carried, columns, universe)

    held = [
        column
        for position, column in enumerate(columns)
        if traded[1:, position].any() and _investable(column, universe)
    ]

    def frame(values: NDArray[np.generic]) -> pd.DataFrame:
        return pd.DataFrame(values[1:], index=days, columns=columns)[held]

    opens = frame(np.where(traded, placed["open"], np.nan))
    known = vintages(raw.series, universe)
    turnover = frame(_turnover(placed, columns, universe))
    sectors_held = [column for column in held if column in with_sector]
    return Market(
        name=name,
        universe=universe,
        close=frame(carried),
        open=None if opens[sectors_held].isna().all(axis=None) else opens,
        turnover=None if turnover.isna().all(axis=None) else turnover,
        can_buy=frame(can_buy),
        can_sell=frame(can_sell),
        benchmark=_benchmark(traded, carried, columns, days, universe),
        series=_series(raw, known, days),
        vintages=known,
        snapshot=snapshot,
        findings=findings,
    )


def _place(prices: pd.DataFrame, columns: list[str], days: pd.DatetimeIndex) -> dict[str, Matrix]:
    """Return each field, session × instrument, under a row for the last value before the sessions.

    Values on days that are no session are left out.
    """
    dates = pd.DatetimeIndex(prices["date"])
    row = np.where(dates < days[0], 0, days.get_indexer(dates) + 1)
    column = pd.Index(columns).get_indexer(pd.Index(prices["instrument"]))
    kept = (dates < days[0]) | (row > 0)
    placed = {}
    for field in PRICE_FIELDS:
        # Prices are sorted by date, and of several values for one cell the last one stays.
        placed[field] = np.full((len(days) + 1, len(columns)), np.nan)
        placed[field][row[kept], column[kept]] = prices[field].to_numpy(dtype=float)[kept]
    return placed


def _carried(values: Matrix) -> Matrix:
    filled: Matrix = pd.DataFrame(values).ffill().to_numpy()
    return filled


def _tradable(
    placed: dict[str, Matrix],
    traded: NDArray[np.bool_],
    carried: Matrix,
    columns: list[str],
    universe: Universe,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    listed = np.array([universe.by_id[column].kind != "index" for column in columns])
    limited = np.array([universe.by_id[c].kind in dict(universe.price_limits) for c in columns])
    open_for_trade = traded & ~(listed & (placed["volume"] == 0.0))
    move = np.full_like(carried, np.nan)
    move[1:] = carried[1:] / carried[:-1] - 1.0
    one_price = listed & limited & traded & (placed["high"] == placed["low"])
    locked_up = one_price & (move >= LOCKED_MOVE)
    locked_down = one_price & (move <= -LOCKED_MOVE)
    return open_for_trade & ~locked_up, open_for_trade & ~locked_down


def _turnover(placed: dict[str, Matrix], columns: list[str], universe: Universe) -> Matrix:
    """Return traded value; where an instrument has no amounts at all, volume times close.

    An index has no such product: its level is no price. The two are never mixed within an
    instrument, their units differ.
    """
    amount = placed["amount"].copy()
    for position, column in enumerate(columns):
        if np.isnan(amount[:, position]).all() and universe.by_id[column].kind != "index":
            amount[:, position] = placed["volume"][:, position] * placed["close"][:, position]
    return amount


def _investable(column: str, universe: Universe) -> bool:
    useful = {*universe.bonds, universe.money}
    return (
        column != universe.benchmark
        or universe.by_id[column].sector is not None
        or column in useful
    )


def _benchmark(
    traded: NDArray[np.bool_],
    carried: Matrix,
    columns: list[str],
    days: pd.DatetimeIndex,
    universe: Universe,
) -> pd.Series:
    """Return the benchmark's close: carried through gaps, but not past its own end."""
    values = np.full(len(days), np.nan)
    if universe.benchmark in columns:
        position = columns.index(universe.benchmark)
        end = np.flatnonzero(traded[:, position]).max(initial=0)
        values[:end] = carried[1 : end + 1, position]
    return pd.Series(values, index=days, name=universe.benchmark)


def _series(raw: RawMarket, known: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return series as they were known: declared ones first, in the universe's order."""
    universe = raw.universe
    values = {str(name): rows for name, rows in known.groupby("series")}
    declared = [spec.id for spec in universe.series if spec.id in values]
    placed = {
        name: as_known(
            latest_known(values[name]),
            days,
            delay_days=0,
            max_age_days=max_age_days(name, universe),
        )
        for name in [*declared, *(name for name in values if name not in declared)]
    }
    return pd.DataFrame(placed, index=days)
