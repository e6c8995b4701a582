"""Schedules: the first session of each month, quarter or year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backtest.errors import UserError

SCHEDULES = {"monthly": "M", "quarterly": "Q", "yearly": "Y", "never": None}


def due_sessions(sessions: pd.DatetimeIndex, schedule: str) -> pd.Series:
    """Say which sessions are the first of their month, quarter or year."""
    check_schedule(schedule)
    alias = SCHEDULES[schedule]
    new = np.zeros(len(sessions), dtype=bool)
    if alias is not None:
        ordinal = sessions.to_period(alias).asi8
        new[1:] = ordinal[1:] != ordinal[:-1]
    new[:1] = True
    return pd.Series(new, index=sessions)


def check_schedule(schedule: str) -> None:
    """Raise a `UserError` unless a schedule is one of `SCHEDULES`."""
    if schedule not in SCHEDULES:
        raise UserError(f"rebalance was {schedule!r}; choose from {', '.join(SCHEDULES)}")
