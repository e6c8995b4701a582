"""The sessions of an exchange, also beyond what is published."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import pandas as pd

from backtest.errors import UserError, suggest
from backtest.market.frequency import periods_of

# The calendar of markets whose sessions are the dates of their prices.
FROM_DATA = "data"


def sessions(
    calendar: str,
    first: pd.Timestamp,
    last: pd.Timestamp,
    *,
    seen: pd.DatetimeIndex,
    frequency: str = "daily",
) -> pd.DatetimeIndex:
    """Return the trading days of an exchange from `first` to `last`, both included.

    Of a weekly or monthly market they are the last trading days of each week or month that has
    begun by `last`. Exchanges publish their holidays a year ahead: where the calendar is not known
    yet, or no longer, the dates in the data count as sessions.

    Parameters
    ----------
    calendar : str
        The exchange's code (ISO 10383), as "XSHG"; "data" where the dates in the data are the
        sessions.
    seen : DatetimeIndex
        The dates in the data, in any order.

    Returns
    -------
    DatetimeIndex
        Tz-naive, unique and sorted, named "date".

    Raises
    ------
    UserError
        If there is no calendar of that name.
    """
    if frequency != "daily":
        around = periods_of(pd.DatetimeIndex([first, last]), frequency)
        begin, close = around[0].start_time.normalize(), around[-1].end_time.normalize()
        found = _daily(calendar, begin, close, seen)
        found = found[~periods_of(found, frequency).duplicated(keep="last")]
        found = found[found >= first]
    else:
        found = _daily(calendar, first, last, seen)
    return pd.DatetimeIndex(found.to_numpy(dtype="datetime64[ns]"), name="date")


def _daily(
    calendar: str, first: pd.Timestamp, last: pd.Timestamp, seen: pd.DatetimeIndex
) -> pd.DatetimeIndex:
    if calendar == FROM_DATA:
        return seen[(seen >= first) & (seen <= last)].unique().sort_values()
    since, until = known_span(calendar)
    start, end = max(first, since), min(last, until)
    outside = (seen < since) | (seen > until)
    found = seen[outside & (seen >= first) & (seen <= last)].unique()
    if start <= end:
        # Whole years: no span is too short, and markets of the same years share one calendar.
        year_start, year_end = pd.Timestamp(start.year, 1, 1), pd.Timestamp(end.year, 12, 31)
        known = _instance(calendar, max(year_start, since), min(year_end, until)).sessions
        found = known[(known >= start) & (known <= end)].union(found)
    return found.sort_values()


@cache
def known_span(calendar: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day for which an exchange's holidays are known.

    Examples
    --------
    >>> [f"{day:%Y-%m-%d}" for day in known_span("XSHG")][0]
    '1990-12-03'
    """
    if calendar == FROM_DATA:
        return pd.Timestamp("1700-01-01"), pd.Timestamp("2200-12-31")
    kind = type(_instance(calendar, pd.Timestamp("2020-01-01"), pd.Timestamp("2020-12-31")))
    since, until = kind.bound_min(), kind.bound_max()
    return (
        pd.Timestamp("1900-01-01") if since is None else since,
        pd.Timestamp("2200-12-31") if until is None else until,
    )


@cache
def zone_of(calendar: str) -> str | None:
    """Return an exchange's time zone, None where the data's dates are the sessions.

    Examples
    --------
    >>> zone_of("XSHG"), zone_of("data")
    ('Asia/Shanghai', None)
    """
    if calendar == FROM_DATA:
        return None
    return str(_instance(calendar, pd.Timestamp("2020-01-01"), pd.Timestamp("2020-12-31")).tz)


def _instance(name: str, start: pd.Timestamp, end: pd.Timestamp) -> Any:
    import exchange_calendars

    # exchange_calendars 4.13 reads time-zone-aware columns in a way pandas 3.1 is about to change.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return exchange_calendars.get_calendar(name, start=start, end=end)
        except exchange_calendars.errors.InvalidCalendarName:
            known = exchange_calendars.get_calendar_names(include_aliases=False)
            raise UserError(
                f"there is no exchange calendar {name!r}; {suggest(name, [*known, FROM_DATA])}"
            ) from None
