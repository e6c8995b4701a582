"""Schedules: when weights are restored, how far they have to have drifted, how much is traded."""

import math
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from backtest.errors import UserError, shown

# Schedules by name, and the periods of whose first sessions they consist.
SCHEDULES = {
    "daily": "D",
    "weekly": "W-SUN",
    "monthly": "M",
    "month-end": None,
    "quarterly": "Q",
    "yearly": "Y",
    "never": None,
}
ON_CHANGE, ALWAYS = "on-change", "always"
FORMS = (
    "daily, weekly, every:N, monthly, monthly:DAY, month-end, quarterly, yearly, never, "
    "dates:FILE, band:0.05, or weekly+band:0.03 and monthly+turnover:0.2"
)
# A drift is beyond a band by more than what rounding makes of it.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Schedule:
    """When a rebalance is due and what it is held to.

    Attributes
    ----------
    when : str
        A name of `SCHEDULES`, "every", "day", "dates", "always" or "on-change" (never due).
    number : int
        The N of every:N, the DAY of monthly:DAY.
    dates : tuple of date
        Own dates.
    band : float
        A rebalance that changes no set of instruments is made only if some weight is further than
        this from what is wanted; 0 for always.
    turnover : float
        What part of the portfolio a rebalance may trade at most, one-way; infinite for any.
    """

    when: str
    number: int = 0
    dates: tuple[date, ...] = ()
    band: float = 0.0
    turnover: float = math.inf

    def due(self, sessions: pd.DatetimeIndex) -> np.ndarray:
        """Return on which sessions a rebalance is due; on the first on every schedule.

        `month-end` is the last weekday of the month, `monthly:DAY` its day: where these are no
        sessions, and for own dates that are none, the next session is due.
        """
        count = len(sessions)
        due = np.full(count, self.when in (ALWAYS, "daily"))
        if self.when == ON_CHANGE or not count:
            return due
        due[0] = True
        if self.when == "every":
            due[:: self.number] = True
        elif self.when in ("day", "dates", "month-end"):
            first = sessions.searchsorted(self._days(sessions), "left")
            due[first[(first > 0) & (first < count)]] = True
        elif alias := SCHEDULES.get(self.when):
            ordinal = sessions.to_period(alias).asi8
            due[1:] |= ordinal[1:] != ordinal[:-1]
        return due

    def _days(self, sessions: pd.DatetimeIndex) -> pd.DatetimeIndex:
        if self.when == "dates":
            return pd.DatetimeIndex(self.dates)
        months = pd.period_range(sessions[0], sessions[-1], freq="M")
        ends = months.end_time.normalize()
        if self.when == "month-end":
            return pd.DatetimeIndex(
                ends - pd.to_timedelta(np.maximum(ends.day_of_week - 4, 0), "D")
            )
        day = np.minimum(self.number, ends.day) - 1
        return pd.DatetimeIndex(months.start_time + pd.to_timedelta(day, "D"))


@lru_cache(maxsize=256)
def schedule_of(text: str) -> Schedule:
    """Read a schedule.

    Raises
    ------
    UserError
        If there is no such schedule.

    Examples
    --------
    >>> schedule_of("weekly+band:0.03").band, schedule_of("band:0.05").when
    (0.03, 'daily')
    """
    found: Schedule | None = None
    limits: dict[str, float] = {}
    for part in text.split("+") if isinstance(text, str) else [""]:
        name, _, value = part.partition(":")
        if name in ("band", "turnover") and name not in limits and _is_fraction(value):
            limits[name] = float(value)
        elif found is None and (read := _when(name, value)) is not None:
            found = read
        else:
            raise UserError(
                "rebalance was {text!r}; choose from {forms}", text=shown(str(text)), forms=FORMS
            )
    band, turnover = limits.get("band", 0.0), limits.get("turnover", math.inf)
    return replace(found or Schedule("daily"), band=band, turnover=turnover)


def _when(name: str, value: str) -> Schedule | None:
    if not value:
        return Schedule(name) if name in (*SCHEDULES, ON_CHANGE, ALWAYS) else None
    if name == "every" and re.fullmatch(r"[1-9]\d{0,4}", value):
        return Schedule("every", int(value))
    if name == "monthly" and re.fullmatch(r"[1-9]|[12]\d|3[01]", value):
        return Schedule("day", int(value))
    if name == "dates":
        try:
            days = {date.fromisoformat(day) for day in value.split("/")}
        except ValueError:
            return None
        return Schedule("dates", dates=tuple(sorted(days)))
    return None


def _is_fraction(text: str) -> bool:
    return bool(re.fullmatch(r"0?\.\d{1,9}|1(\.0*)?", text)) and float(text) > 0


def with_dates(text: str) -> str:
    """Put the dates of a file in the place of its name: one date a line, 2024-01-05.

    A schedule is kept with its dates, as a file may change, and be elsewhere.

    Raises
    ------
    UserError
        If there is no such file, or a line is no date.
    """
    parts = text.split("+")
    for place, part in enumerate(parts):
        name, _, value = part.partition(":")
        if name != "dates" or _when(name, value) is not None:
            continue
        path = Path(value)
        if not path.is_file():
            raise UserError(
                "there is no file {value}; rebalance=dates:FILE names one of dates", value=value
            )
        lines = [line.split(",")[0].strip() for line in path.read_text("utf-8-sig").splitlines()]
        days = [line for line in lines if line and not line.lower().startswith(("date", "日期"))]
        if not days or _when("dates", "/".join(days)) is None:
            raise UserError("{value} needs one date a line, as 2024-01-05", value=value)
        parts[place] = f"dates:{'/'.join(days)}"
    return "+".join(parts)


def due_sessions(sessions: pd.DatetimeIndex, schedule: str) -> pd.Series:
    """Say which sessions a schedule is due on; see `Schedule.due`."""
    return pd.Series(schedule_of(schedule).due(sessions), index=sessions)


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
