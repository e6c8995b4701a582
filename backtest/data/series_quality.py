"""What is odd about published series as they came in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from backtest.data.finding import Finding
from backtest.data.publication_lag import max_age_days
from backtest.market.calendar import known_span
from backtest.market.universe import Universe

# Values at most this many days apart, as a rule, are daily: only these have holes.
DAILY_GAP_DAYS = 4


def check_series(
    series: pd.DataFrame,
    sessions: pd.DatetimeIndex,
    universe: Universe,
    *,
    market_ends: pd.Timestamp,
) -> Iterator[Finding]:
    """Yield everything there is to say about series.

    Parameters
    ----------
    series : DataFrame
        `raw.SERIES_COLUMNS`, in the order of the files.
    sessions : DatetimeIndex
        The exchange's sessions over all dates of the series.
    universe : Universe
        Declares series, how late they are published and how old a value may get.
    market_ends : Timestamp
        The market's last session.
    """
    declared = {spec.id for spec in universe.series}
    for name, rows in series.dropna(subset="value").groupby("series", sort=False):
        usable = _usable(rows)
        if name not in declared and usable is None:
            message = (
                f"series {name} is not declared in universe {universe.name}; its values are "
                f"used from the day after their own"
            )
            yield Finding("warning", "undeclared_series", str(name), message)
        yield from _order(str(name), rows)
        dates = pd.DatetimeIndex(rows["date"].drop_duplicates().sort_values())
        yield from _daily(str(name), dates, sessions, universe)
        spec = universe.spec(str(name))
        published = dates[-1] + pd.Timedelta(days=spec.delay_days) if usable is None else usable
        forgotten = published + pd.Timedelta(days=max_age_days(str(name), universe))
        if forgotten < market_ends:
            message = (
                f"series {name} ends on {dates[-1]:%Y-%m-%d}, the market on "
                f"{market_ends:%Y-%m-%d}; it is unknown after {forgotten:%Y-%m-%d}"
            )
            yield Finding("warning", "series_end", str(name), message, dates[-1].date())


def _usable(rows: pd.DataFrame) -> pd.Timestamp | None:
    """Return the last day of use a fetch gave; None where values wait by the universe's delay."""
    last = rows["usable"].max() if "usable" in rows.columns else pd.NaT
    return None if pd.isna(last) else pd.Timestamp(last)


def _order(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    dates = rows["date"]
    # A value that was fetched again and differed stands beside the first one.
    seen = ["date", "fetched"] if "fetched" in rows.columns else ["date"]
    for when in dates[rows.duplicated(seen)].unique():
        day = pd.Timestamp(when)
        message = f"series {name} has {day:%Y-%m-%d} more than once"
        yield Finding("error", "duplicate_date", name, message, day.date())
    backward = np.flatnonzero(dates.diff().dt.days.to_numpy() < 0)
    if len(backward):
        when = dates.iloc[backward[0]]
        message = f"series {name} is out of order, first at {when:%Y-%m-%d}; it was sorted"
        yield Finding("warning", "unordered_dates", name, message, when.date(), len(backward))


def _daily(
    name: str, dates: pd.DatetimeIndex, sessions: pd.DatetimeIndex, universe: Universe
) -> Iterator[Finding]:
    """Say on which days a daily series and the exchange disagree about being at work."""
    if len(dates) < 2 or float(np.median(np.diff(dates) / np.timedelta64(1, "D"))) > DAILY_GAP_DAYS:
        return
    since, until = known_span(universe.calendar)
    inside = dates[(dates >= since) & (dates <= until)]
    closed = inside.difference(sessions)
    weekend = closed.day_of_week >= 5
    for when in closed[weekend]:
        message = (
            f"series {name} has a value on {when.day_name()} {when:%Y-%m-%d}, a make-up working "
            f"day on which {universe.calendar} is shut; it counts from the next session"
        )
        yield Finding("warning", "make_up_day", name, message, when.date())
    holidays = closed[~weekend]
    if len(holidays):
        message = (
            f"series {name} has values on {len(holidays)} weekdays on which {universe.calendar} "
            f"is shut, first on {holidays[0]:%Y-%m-%d}; they count from the next session"
        )
        first = holidays[0].date()
        yield Finding("warning", "exchange_holiday", name, message, first, len(holidays))
    covered = sessions[(sessions >= dates[0]) & (sessions <= dates[-1])]
    holes = covered.difference(dates)
    if len(holes):
        message = (
            f"series {name} has no value for {len(holes)} of {len(covered)} sessions, first on "
            f"{holes[0]:%Y-%m-%d}; the value before stands in"
        )
        yield Finding("warning", "holes", name, message, holes[0].date(), len(holes))
