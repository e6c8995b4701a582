"""Triggers on the calendar alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.algebra import Trigger
from backtest.triggers.reading import Reading, constant

HALVES = ("days since the first half began", "days since the second half began")
HALVES_OF = (
    "days since the first half of {year} began",
    "days since the second half of {year} began",
)


@dataclass(frozen=True)
class CalendarHalf(Trigger):
    """The session lies in the first or second half of the year, of every year or of one.

    January to June are the first half. Outside `year`, where one is given, it is no.
    """

    half: int = parameter("which half", 2, choices=(1, 2))
    year: int | None = parameter("the only year asked for, or none for all", None)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the session's month and year."""
        sessions = market.sessions
        yes = np.asarray((sessions.month > 6) == (self.half == 2))
        if self.year is not None:
            yes &= np.asarray(sessions.year == self.year)
        return pd.Series(yes, index=sessions, dtype="boolean")

    @property
    def label(self) -> str:
        """What is measured."""
        if self.year is not None:
            return Note(HALVES_OF[self.half - 1], year=self.year)
        return Note(HALVES[self.half - 1])

    def reading(self, market: Market) -> Reading:
        """Return the calendar days since the half began: the coming one, unless it is now."""
        sessions = market.sessions
        month = 1 if self.half == 1 else 7
        if self.year is None:
            over = np.asarray(sessions.month > 6) & (self.half == 1)
            began = pd.to_datetime(
                pd.DataFrame({"year": sessions.year + over, "month": month, "day": 1})
            ).to_numpy()
            days = pd.Series((sessions - began).days, index=sessions, dtype=float)
        else:
            start = pd.Timestamp(self.year, month, 1)
            end = pd.Timestamp(self.year, month + 5, 30 if self.half == 1 else 31)
            days = days_since(start, end, sessions)
        return Reading(self.label, days, constant(0, market), "days", "at least")


@dataclass(frozen=True)
class DateWindow(Trigger):
    """The session lies from `start` to `end`, both included; dates as 2024-09-24."""

    start: str = parameter("the first day, as 2024-09-24")
    end: str = parameter("the last day, as 2024-09-24")

    def __post_init__(self) -> None:
        try:
            first, last = pd.Timestamp(self.start), pd.Timestamp(self.end)
        except ValueError as error:
            raise UserError(
                "{start!r} to {end!r} are not dates; write them as 2024-09-24",
                start=self.start,
                end=self.end,
            ) from error
        if first > last:
            raise UserError(
                "start {start} is after end {end}; swap them", start=self.start, end=self.end
            )

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the session's date."""
        sessions = market.sessions
        yes = (sessions >= pd.Timestamp(self.start)) & (sessions <= pd.Timestamp(self.end))
        return pd.Series(yes, index=sessions, dtype="boolean")

    @property
    def label(self) -> str:
        """What is measured."""
        return Note("days since {start}", start=self.start)

    def reading(self, market: Market) -> Reading:
        """Return the calendar days since `start`; unknown once `end` is past."""
        days = days_since(pd.Timestamp(self.start), pd.Timestamp(self.end), market.sessions)
        return Reading(self.label, days, constant(0, market), "days", "at least")


def days_since(start: pd.Timestamp, end: pd.Timestamp, sessions: pd.DatetimeIndex) -> pd.Series:
    """Return calendar days since `start`, negative before it; NaN once `end` is past."""
    days = pd.Series((sessions - start).days, index=sessions, dtype=float)
    return days.where(sessions <= end)
