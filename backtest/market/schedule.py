"""Schedules: the first session of each month, quarter or year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backtest.errors import UserError

SCHEDULES = {"monthly": "M", "quarterly": "Q", "yearly": "Y", "never": None}


def due_sessions(sessions: pd.DatetimeIndex, schedule: str) -> pd.Series:
    """Say which sessions are the first of their month, quarter or year.

    The market's first session is due on every schedule; under "never" no other is.
    """
    check_schedule(schedule)
    alias = SCHEDULES[schedule]
    new = np.zeros(len(sessions), dtype=bool)
    if alias is not None:
        ordinal = sessions.to_period(alias).asi8
        new[1:] = ordinal[1:] != ordinal[:-1]
    new[:1] = True
    return pd.Series(new, index=sessions)


def ordering_sessions(can: pd.Series, schedule: str) -> list[int]:
    """Return the positions of the first session that can order, and of the due ones that can.

    A portfolio is bought when it first can be, and restored on the schedule from then on.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"])
    >>> ordering_sessions(pd.Series([False, True, True, True], days), "monthly")
    [1, 2]
    """
    due = due_sessions(pd.DatetimeIndex(can.index), schedule)
    first = can & (can.cumsum() == 1)
    return [int(row) for row in np.flatnonzero((due & can) | first)]


def check_schedule(schedule: str) -> None:
    """Raise a `UserError` unless a schedule is one of `SCHEDULES`."""
    if schedule not in SCHEDULES:
        raise UserError(f"rebalance was {schedule!r}; choose from {', '.join(SCHEDULES)}")
