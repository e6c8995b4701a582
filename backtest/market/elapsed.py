"""Elapsed time: how many years a window lasts, and how many sessions a year it has.

Growth per year is measured over elapsed time (actual/365.25), whatever number of sessions a market
is said to have; volatility is annualized by the number of sessions there were.
"""

from __future__ import annotations

import math

import pandas as pd

DAYS = 365.25


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
