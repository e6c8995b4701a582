"""Splits: training and test windows by date, for walk-forward.

A split's training sessions all lie before its test. `purge` sessions before a test are left out of
its training, so that a position opened there cannot reach into it; `embargo` sessions after a test
are left out of later trainings, since what was learned from them is what the test was chosen with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of the sessions to train on, and the first and last one to test on."""

    train: np.ndarray
    test: tuple[int, int]


def expanding(
    sessions: pd.DatetimeIndex,
    *,
    train_years: float = 3.0,
    test_years: float = 1.0,
    per_year: int = 242,
    purge: int = 5,
    embargo: int = 0,
    first: int = 0,
) -> list[Split]:
    """Train on everything since the start; test on one window after the other.

    Parameters
    ----------
    train_years : float
        Length of the first training window, in years of `per_year` sessions.
    test_years : float
        Length of each test window; a rest of less than half joins the last one.
    purge, embargo : int
        Sessions left out before a test, and after earlier ones.
    first : int
        Number of the first session to train on; those before it are history.

    Raises
    ------
    UserError
        If the market is too short for one training and one test window.

    Examples
    --------
    >>> days = pd.bdate_range("2020-01-01", periods=10)
    >>> splits = expanding(days, train_years=4, test_years=3, per_year=1, purge=1)
    >>> [(split.train.tolist(), split.test) for split in splits]
    [([0, 1, 2], (4, 6)), ([0, 1, 2, 3, 4, 5], (7, 9))]
    """
    return _splits(sessions, train_years, test_years, per_year, purge, embargo, first)


def rolling(
    sessions: pd.DatetimeIndex,
    *,
    train_years: float = 3.0,
    test_years: float = 1.0,
    per_year: int = 242,
    purge: int = 5,
    embargo: int = 0,
    first: int = 0,
) -> list[Split]:
    """Train on the last `train_years` only; otherwise as `expanding`.

    Examples
    --------
    >>> days = pd.bdate_range("2020-01-01", periods=10)
    >>> splits = rolling(days, train_years=4, test_years=3, per_year=1, purge=0)
    >>> [(split.train.tolist(), split.test) for split in splits]
    [([0, 1, 2, 3], (4, 6)), ([3, 4, 5, 6], (7, 9))]
    """
    return _splits(sessions, train_years, test_years, per_year, purge, embargo, first, rolls=True)


def _splits(
    sessions: pd.DatetimeIndex,
    train_years: float,
    test_years: float,
    per_year: int,
    purge: int,
    embargo: int,
    first: int,
    *,
    rolls: bool = False,
) -> list[Split]:
    train, test = round(train_years * per_year), round(test_years * per_year)
    for name, value, least in (
        ("train_years", train, 2),
        ("test_years", test, 1),
        ("purge", purge, 0),
        ("embargo", embargo, 0),
    ):
        if value < least:
            raise UserError(
                "{name} makes {value} sessions; give at least {least}",
                name=name,
                value=value,
                least=least,
            )
    if purge >= train - 1:
        raise UserError(
            "purge was {purge} of {train} training sessions; purge fewer", purge=purge, train=train
        )
    if len(sessions) - first <= train:
        raise UserError(
            "{count} sessions are too few for {train} to train on and a test after them; "
            "shorten train_years or take a longer market",
            count=len(sessions) - first,
            train=train,
        )
    starts = list(range(first + train, len(sessions), test))
    if len(starts) > 1 and len(sessions) - starts[-1] < test / 2:
        starts.pop()
    usable = np.ones(len(sessions), dtype=bool)
    found = []
    for start, following in zip(starts, [*starts[1:], len(sessions)], strict=True):
        end = following - 1
        window = np.arange(start - train if rolls else first, start - purge)
        found.append(Split(window[usable[window]], (start, end)))
        usable[end + 1 : end + 1 + embargo] = False
    return found
