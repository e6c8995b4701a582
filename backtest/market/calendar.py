"""The sessions of an exchange, also beyond what is published."""

import warnings
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from backtest.errors import UserError, unknown
from backtest.home import home
from backtest.market.frequency import periods_of
from backtest.validation import file_text, from_toml

# The calendar of markets whose sessions are the dates of their prices.
FROM_DATA = "data"
KNOWN_TO_ALL = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")


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
    yet, or no longer, the dates in the data count as sessions. What was announced after the
    library's release is in `holidays.toml`, here and in the store.

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
    _, library = _library_span(calendar)
    start, end = max(first, since), min(last, library)
    outside = (seen < since) | (seen > until)
    found = seen[outside & (seen >= first) & (seen <= last)].unique()
    if start <= end:
        # Whole years: no span is too short, and markets of the same years share one calendar.
        year_start, year_end = pd.Timestamp(start.year, 1, 1), pd.Timestamp(end.year, 12, 31)
        known = _instance(calendar, max(year_start, since), min(year_end, library)).sessions
        found = known[(known >= start) & (known <= end)].union(found)
    if last > library and until > library:
        days = pd.bdate_range(max(first, library + pd.Timedelta(days=1)), min(last, until))
        found = days.difference(_announced(calendar)[1]).union(found)
    return found.sort_values()


def known_span(calendar: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day for which an exchange's holidays are known.

    Examples
    --------
    >>> [f"{day:%Y-%m-%d}" for day in known_span("XSHG")][0]
    '1990-12-03'
    """
    if calendar == FROM_DATA:
        return pd.Timestamp("1700-01-01"), pd.Timestamp("2200-12-31")
    since, until = _library_span(calendar)
    through, _ = _announced(calendar)
    return since, max(through, until)


@cache
def _library_span(calendar: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    kind = type(_instance(calendar, *KNOWN_TO_ALL))
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
    return str(_instance(calendar, *KNOWN_TO_ALL).tz)


def _announced(calendar: str) -> tuple[pd.Timestamp, pd.DatetimeIndex]:
    """Return the last day announced beyond the library, and the weekdays shut until then."""
    own = home() / "holidays.toml"
    shipped = files("backtest.market") / "holidays.toml"
    texts = [(str(own), file_text(own))] if own.is_file() else []
    for place, text in [*texts, ("holidays.toml", shipped.read_text("utf-8"))]:
        entry = from_toml(text, place).get(calendar)
        if entry is not None:
            return _checked(entry, f"{place}: {calendar}")
    return pd.Timestamp.min, pd.DatetimeIndex([])


def _checked(entry: Any, place: str) -> tuple[pd.Timestamp, pd.DatetimeIndex]:
    given = entry if isinstance(entry, dict) else {}
    through, closed = given.get("through", ""), given.get("closed")
    if not _is_day(through) or not isinstance(closed, list) or not all(map(_is_day, closed)):
        raise UserError(
            "{place} needs through, a day as 2027-12-31, and closed, a list of days; mend it",
            place=place,
        )
    return pd.Timestamp(through), pd.DatetimeIndex([pd.Timestamp(day) for day in closed])


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _instance(name: str, start: pd.Timestamp, end: pd.Timestamp) -> Any:
    import exchange_calendars

    # exchange_calendars 4.13 reads time-zone-aware columns in a way pandas 3.1 is about to change.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return exchange_calendars.get_calendar(name, start=start, end=end)
        except exchange_calendars.errors.InvalidCalendarName:
            known = exchange_calendars.get_calendar_names(include_aliases=False)
            raise unknown("exchange calendar", name, [*known, FROM_DATA]) from None
        except Exception as error:
            # Every calendar computes its holidays in code of its own, and some do not work with
            # every version of pandas.
            raise UserError(
                "the sessions of exchange calendar {name} cannot be computed by the versions of "
                "exchange_calendars and pandas installed here; name another one that is open on "
                "the same days",
                name=name,
            ) from error
