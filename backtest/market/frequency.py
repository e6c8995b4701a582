"""Frequency: how far apart dates are, and the weeks, months or quarters they fall into."""

from __future__ import annotations

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
