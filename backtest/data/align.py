"""From a RawMarket to a Market on its exchange's sessions."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.data.publication_lag import max_age_days
from backtest.data.raw import PRICE_FIELDS, RawMarket
from backtest.data.vintages import latest_known, vintages
from backtest.errors import UserError
from backtest.market import Market
from backtest.market.calendar import FROM_DATA, sessions
from backtest.market.frequency import frequency_of, is_slower
from backtest.market.jump import MOST_MOVES, Jump, jumps
from backtest.market.publication import as_known
from backtest.market.universe import Universe

Matrix = NDArray[np.float64]

# A session with one price all day, this far from the last close, was spent at a limit: Shanghai's
# and Shenzhen's are 5, 10 and 20 %, and a tick of a low price may be worth tenths of a percent.
LOCKED_MOVE = 0.048
# A volume below this is no number of shares in any unit, one below this share of the usual none.
TINY_VOLUME, NO_VOLUME = 1e-12, 1e-9


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
    days = market_sessions(raw.prices, universe)
    if days.empty:
        raise UserError(
            "market {name} has no price of a sector instrument on a session of {calendar}; "
            "check its dates",
            name=name,
            calendar=universe.calendar,
        )
    present = set(raw.prices["instrument"])
    columns = [identifier for identifier in universe.by_id if identifier in present]
    placed = _place(raw.prices, columns, days)
    # Row 0 holds what stood before the first session, so that a gap there is filled too.
    traded, carried = ~np.isnan(placed["close"]), pd.DataFrame(placed["close"]).ffill().to_numpy()
    can_buy, can_sell = _tradable(placed, traded, carried, columns, universe)

    only_compared = {universe.benchmark} - {*universe.with_sector, *universe.bonds, universe.money}
    held = [
        column
        for position, column in enumerate(columns)
        if traded[1:, position].any() and column not in only_compared
    ]

    def frame(values: NDArray[np.generic]) -> pd.DataFrame:
        return pd.DataFrame(values[1:], index=days, columns=columns)[held]

    opens = frame(np.where(traded, placed["open"], np.nan))
    known = vintages(raw.series, universe)
    turnover = frame(_turnover(placed, columns, universe))
    sectors_held = [column for column in held if column in universe.with_sector]
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
        jumps=tuple(
            jump
            for name, rows in raw.prices.groupby("instrument")
            for jump in credible(str(name), rows, days, universe)
            if jump.explained
        ),
    )


def market_sessions(prices: pd.DataFrame, universe: Universe) -> pd.DatetimeIndex:
    """Return the sessions from the first to the last price of an instrument that has a sector."""
    dates = pd.DatetimeIndex(prices["date"])
    inside = dates[prices["instrument"].isin(universe.with_sector).to_numpy()]
    if not len(inside):
        return pd.DatetimeIndex([])
    seen = inside if universe.calendar == FROM_DATA else dates
    first, last = inside.min(), inside.max()
    return sessions(universe.calendar, first, last, seen=seen, frequency=universe.frequency)


def credible(
    name: str, rows: pd.DataFrame, known: pd.DatetimeIndex, universe: Universe
) -> tuple[Jump, ...]:
    """Return the moves of an instrument's closes that are not credible.

    Parameters
    ----------
    rows : DataFrame
        One instrument's rows by date.
    known : DatetimeIndex
        The market's sessions.
    """
    close = rows.set_index("date")["close"]
    close = close[close.index.isin(known)]
    slow = universe.frequency != "daily" or is_slower(
        frequency_of(pd.DatetimeIndex(close.index)), "daily"
    )
    return jumps(
        name, close, known, limit=universe.price_limit(name), moves=MOST_MOVES if slow else 1
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


def _tradable(
    placed: dict[str, Matrix],
    traded: NDArray[np.bool_],
    carried: Matrix,
    columns: list[str],
    universe: Universe,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    listed = np.array([universe.by_id[column].kind != "index" for column in columns])
    limited = np.array([universe.by_id[c].kind in dict(universe.price_limits) for c in columns])
    open_for_trade = traded & ~(listed & suspended(placed, carried))
    move = np.full_like(carried, np.nan)
    move[1:] = carried[1:] / carried[:-1] - 1.0
    one_price = listed & limited & traded & (placed["high"] == placed["low"])
    locked_up = one_price & (move >= LOCKED_MOVE)
    locked_down = one_price & (move <= -LOCKED_MOVE)
    return open_for_trade & ~locked_up, open_for_trade & ~locked_down


def suspended(placed: dict[str, Matrix], carried: Matrix) -> NDArray[np.bool_]:
    """Say where a bar is none that could be traded, session × instrument.

    No volume, or next to none, beside real volumes; open, high and low missing where they usually
    are there; or a bar that repeats the last: the same prices and the same volume, or, without
    volumes, one price all day at the last close.
    """
    volume = placed["volume"]
    usual = pd.DataFrame(np.where(volume > TINY_VOLUME, volume, np.nan)).median().to_numpy()
    measured = np.isfinite(usual)
    idle = np.where(measured, ~(volume > NO_VOLUME * usual), volume == 0.0)
    ranged = np.isfinite(np.stack([placed[field] for field in ("open", "high", "low")]))
    usually = ranged.any(axis=0).mean(axis=0) > 0.5 * np.isfinite(placed["close"]).mean(axis=0)
    blank = usually & ~ranged.any(axis=0)

    def before(values: Matrix) -> Matrix:
        return np.vstack([np.full((1, values.shape[1]), np.nan), values[:-1]])

    close, high, low = placed["close"], placed["high"], placed["low"]
    still = (close == before(carried)) & (high == low) & (close == high)
    same = np.logical_and.reduce(
        [placed[field] == before(placed[field]) for field in ("open", "high", "low", "close")]
    )
    # Volumes that never change say nothing.
    unchanged = volume == before(volume)
    telling = measured & (unchanged.mean(axis=0) < 0.5)
    repeated = (still & (~telling | unchanged)) | (same & telling & unchanged)
    none: NDArray[np.bool_] = idle | blank | repeated
    return none


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


def _benchmark(
    traded: NDArray[np.bool_],
    carried: Matrix,
    columns: list[str],
    days: pd.DatetimeIndex,
    universe: Universe,
) -> pd.Series:
    """Return the benchmark's close: carried through gaps, but not past its own end.

    One that is slower than the market has values at the ends of its own periods only.
    """
    values = np.full(len(days), np.nan)
    if universe.benchmark in columns:
        position = columns.index(universe.benchmark)
        own = traded[1:, position]
        end = np.flatnonzero(traded[:, position]).max(initial=0)
        values[:end] = carried[1 : end + 1, position]
        if is_slower(frequency_of(days[own]), universe.frequency):
            values[~own] = np.nan
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
            max_age_days=max_age_days(
                name, universe, frequency_of(pd.DatetimeIndex(values[name]["date"]))
            ),
        )
        for name in [*declared, *(name for name in values if name not in declared)]
    }
    return pd.DataFrame(placed, index=days)
