"""Triggers on the calendar alone. Imports pandas and the algebra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.triggers.algebra import Trigger


@dataclass(frozen=True)
class CalendarHalf(Trigger):
    """The session lies in the first or second half of the year, of every year or of one."""

    half: int = 2
    year: int | None = None

    def __post_init__(self) -> None:
        if self.half not in (1, 2):
            raise UserError(f"half was {self.half}; give 1 or 2")

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the session's month and year."""
        sessions = market.sessions
        yes = np.asarray((sessions.month > 6) == (self.half == 2))
        if self.year is not None:
            yes &= np.asarray(sessions.year == self.year)
        return pd.Series(yes, index=sessions, dtype="boolean")


@dataclass(frozen=True)
class DateWindow(Trigger):
    """The session lies from `start` to `end`, both included; dates as 2024-09-24."""

    start: str
    end: str

    def __post_init__(self) -> None:
        try:
            first, last = pd.Timestamp(self.start), pd.Timestamp(self.end)
        except ValueError as error:
            raise UserError(
                f"{self.start!r} to {self.end!r} are not dates; write them as 2024-09-24"
            ) from error
        if first > last:
            raise UserError(f"start {self.start} is after end {self.end}; swap them")

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the session's date."""
        sessions = market.sessions
        yes = (sessions >= pd.Timestamp(self.start)) & (sessions <= pd.Timestamp(self.end))
        return pd.Series(yes, index=sessions, dtype="boolean")
