"""From a claim's window ("H1") to sessions of a market.

A window of returns starts at the close of the session before its first day, so that two halves meet
without a gap; that session is `base`, and what moved in the window are the sessions after it.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.market import Market
from backtest.notes import Note
from backtest.strategy.claim import HALVES, Source, days_of


class CannotTell(Exception):  # noqa: N818 - an answer, not an error
    """A claim cannot be judged on this market; the message is a note that says why."""

    def __init__(self, code: str, /, **values: Any) -> None:
        self.reason = code if isinstance(code, Note) else Note(code, **values)
        super().__init__(self.reason)


@dataclass(frozen=True)
class Window:
    """A stretch of a market's sessions.

    Attributes
    ----------
    label : str
        "2024H1".
    base, last : int
        Positions of the session whose close it starts from, and of its last session.
    start, end : Timestamp
        The first and last calendar day asked for.
    complete : bool
        Whether the market's record reaches the end.
    """

    label: str
    base: int
    last: int
    start: pd.Timestamp
    end: pd.Timestamp
    complete: bool

    def __len__(self) -> int:
        return self.last - self.base

    @property
    def rows(self) -> slice:
        """The sessions in the window, without the base."""
        return slice(self.base + 1, self.last + 1)


def resolve(rule: str, source: Source, market: Market) -> Window:
    """Return the sessions a rule means.

    Raises
    ------
    CannotTell
        If the market has no session in it, or no close to start from.
    """
    first, final = market.sessions[0], market.sessions[-1]
    if rule in HALVES:
        opening, closing = HALVES[rule]
        start = pd.Timestamp(source.year, opening, 1)
        end = pd.Timestamp(source.year, closing, 1) + pd.offsets.MonthEnd(0)
        label = f"{source.year}" if rule == "year" else f"{source.year}{rule}"
    elif (days := days_of(rule)) is not None:
        (start, end), label = days, f"{days[0]:%Y-%m-%d} … {days[1]:%Y-%m-%d}"
    elif rule == "before":
        start, end = first + pd.Timedelta(days=1), source.published
        label = f"… {source.dated}"
    else:
        start, end = source.published + pd.Timedelta(days=1), final
        label = f"{source.dated} …"
    return between(market, start, end, label)


def between(market: Market, start: pd.Timestamp, end: pd.Timestamp, label: str) -> Window:
    """Return the sessions from one day to another, both included."""
    sessions = market.sessions
    base = int(sessions.searchsorted(start)) - 1
    last = int(sessions.searchsorted(end, side="right")) - 1
    if base < 0:
        raise CannotTell(
            "the record starts on {first:%Y-%m-%d}, after {start:%Y-%m-%d}",
            first=sessions[0],
            start=start,
        )
    if last <= base:
        raise CannotTell(
            "nothing of {label} has happened by {last:%Y-%m-%d}", label=label, last=sessions[-1]
        )
    complete = bool(sessions[-1] + pd.offsets.BDay(1) > end)
    return Window(label, base, last, start, end, complete)


def held_rows(window: Window) -> slice:
    """Return the sessions of a window with its base."""
    return slice(window.base, window.last + 1)


def benchmark_path(market: Market, window: Window) -> pd.Series:
    """Return the broad index over a window, base included.

    Raises
    ------
    CannotTell
        If it has no prices over all of it.
    """
    inside = market.broad_index.iloc[held_rows(window)]
    if inside.isna().any():
        raise CannotTell("the benchmark has no prices over all of {label}", label=window.label)
    return inside
