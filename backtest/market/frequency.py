"""Frequency: how far apart dates are, the weeks, months or quarters they fall into, and years.

Growth per year is measured over elapsed time (actual/365.25), whatever number of sessions a market
is said to have; volatility is annualized by the number of sessions there were.
"""

import math

import numpy as np
import pandas as pd

# What a market's sessions may be.
FREQUENCIES = ("daily", "weekly", "monthly")
# The longest usual gap in days of each frequency, the finest first; between them is irregular.
GAPS = {
    "daily": (0.0, 4.5),
    "weekly": (4.5, 10.0),
    "monthly": (25.0, 45.0),
    "quarterly": (80.0, 100.0),
    "half-yearly": (170.0, 195.0),
    "yearly": (350.0, 380.0),
}
PERIODS = {
    "daily": "days",
    "weekly": "weeks",
    "monthly": "months",
    "quarterly": "quarters",
    "half-yearly": "half-years",
    "yearly": "years",
}
DAYS = 365.25  # of a year
_CODES = {"weekly": "W-SUN", "monthly": "M", "quarterly": "Q", "yearly": "Y"}


def frequency_of(days: pd.DatetimeIndex) -> str:
    """Return how often there are dates: a key of `GAPS`, "irregular", or "" for fewer than three.

    Examples
    --------
    >>> frequency_of(pd.bdate_range("2024-01-01", periods=9))
    'daily'
    >>> frequency_of(pd.date_range("2024-01-31", periods=9, freq="ME"))
    'monthly'
    """
    known = days.dropna().unique().sort_values()
    if len(known) < 3:
        return ""
    gap = float(np.median(np.diff(known.to_numpy()) / np.timedelta64(1, "D")))
    return next((name for name, (low, high) in GAPS.items() if low < gap <= high), "irregular")


def is_slower(frequency: str, than: str) -> bool:
    """Whether one frequency has fewer dates than another; what is irregular or unknown is not."""
    order = list(GAPS)
    return frequency in order and order.index(frequency) > order.index(than)


def periods_of(days: pd.DatetimeIndex, frequency: str) -> pd.PeriodIndex:
    """Return the week (ending on a Sunday), month, quarter or year of each day."""
    return days.to_period(_CODES[frequency])


def names_first_days(days: pd.DatetimeIndex, frequency: str) -> bool:
    """Whether dates stand for whole periods by naming their first day.

    Examples
    --------
    >>> names_first_days(pd.date_range("2024-01-01", periods=5, freq="MS"), "monthly")
    True
    """
    if frequency not in ("monthly", "quarterly", "yearly") or not len(days):
        return False
    periods = periods_of(days, frequency)
    return bool((days.normalize() == periods.start_time.normalize()).all())


def elapsed_years(sessions: pd.DatetimeIndex, first: int = 0) -> float:
    """Return the years from the session before `first`, the very first at the earliest, to the end.

    Examples
    --------
    >>> elapsed_years(pd.DatetimeIndex(["1999-12-31", "2001-12-31"])) * 365.25
    731.0
    """
    return float((sessions[-1] - sessions[max(first - 1, 0)]).days) / DAYS


def observed_per_year(sessions: pd.DatetimeIndex, first: int = 0) -> float:
    """Return how many steps from session to session there were a year; NaN in under a year."""
    years = elapsed_years(sessions, first)
    return (len(sessions) - 1 - max(first - 1, 0)) / years if years >= 1.0 else math.nan


def sessions_per_year(sessions: pd.DatetimeIndex, declared: float, first: int = 0) -> float:
    """Return how many sessions from `first` on there were a year.

    A window of less than a year says too little about it; there it is the declared number.
    """
    years = elapsed_years(sessions, first)
    return (len(sessions) - first) / years if years >= 1.0 else float(declared)
