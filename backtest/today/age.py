"""How old data are, in sessions of their exchange."""

import pandas as pd

from backtest.market.calendar import FROM_DATA, known_span, sessions
from backtest.market.frequency import periods_of

# A source may be a day or two late, and a weekend is no session; what is older may have crossed a
# threshold since.
STALE_AFTER = 3
CLOSED_AT_MOST = pd.Timedelta(days=30)  # longer than any exchange has been shut for holidays


def age(calendar: str, last: pd.Timestamp, now: pd.Timestamp, frequency: str = "daily") -> int:
    """Return how many sessions have passed whose data are missing.

    Counted are the sessions after `last` and before `now`: that of `now` itself may not have
    closed. Where sessions are weeks or months, these count once their last day is before `now`.
    Days for which the exchange has published no holidays yet count from Monday to Friday.

    Examples
    --------
    >>> age("XSHG", pd.Timestamp("2025-12-31"), pd.Timestamp("2026-01-06"))
    1
    >>> age("XSHG", pd.Timestamp("2025-11-28"), pd.Timestamp("2026-01-06"), "monthly")
    1
    """
    day = pd.Timedelta(days=1)
    if frequency == "daily":
        return len(_sessions(calendar, last + day, now - day))
    ahead = pd.bdate_range(last, now + CLOSED_AT_MOST)
    ends = sessions(calendar, last, max(last, now), seen=ahead, frequency=frequency)
    over = periods_of(ends[ends < now], frequency)
    return int((over > periods_of(pd.DatetimeIndex([last]), frequency)[0]).sum())


def allowed_age(frequency: str) -> int:
    """Return how many sessions old data may be; of weeks or months one that is over."""
    return STALE_AFTER if frequency == "daily" else 1


def next_session(calendar: str, last: pd.Timestamp) -> pd.Timestamp | None:
    """Return the session after `last`; None where nobody has said yet.

    Examples
    --------
    >>> f"{next_session('XSHG', pd.Timestamp('2025-12-31')):%Y-%m-%d}"
    '2026-01-05'
    """
    if calendar == FROM_DATA:
        return None
    day = pd.Timedelta(days=1)
    until = min(last + CLOSED_AT_MOST, known_span(calendar)[1])
    following = _sessions(calendar, last + day, until)
    return following[0] if len(following) else None


def published(calendar: str, until: pd.Timestamp) -> bool:
    """Whether the exchange's holidays are known up to a day."""
    return bool(until <= known_span(calendar)[1])


def _sessions(calendar: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    if first > last:
        return pd.DatetimeIndex([])
    return sessions(calendar, first, last, seen=pd.bdate_range(first, last))
