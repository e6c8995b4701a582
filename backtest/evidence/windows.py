"""From a claim's window ("H1") to sessions of a market.

A window of returns starts at the close of the session before its first day, so that two halves meet
without a gap; that session is `base`, and what moved in the window are the sessions after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.strategy.claim import HALVES, Source, days_of


class CannotTell(Exception):  # noqa: N818 - an answer, not an error
    """A claim cannot be judged on this market; the message says why, in two languages."""

    def __init__(self, reason: str, reason_zh: str) -> None:
        super().__init__(reason)
        self.reason, self.reason_zh = reason, reason_zh


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
            f"the record starts on {sessions[0]:%Y-%m-%d}, after {start:%Y-%m-%d}",
            f"数据始于 {sessions[0]:%Y-%m-%d}，晚于 {start:%Y-%m-%d}",
        )
    if last <= base:
        raise CannotTell(
            f"nothing of {label} has happened by {sessions[-1]:%Y-%m-%d}",
            f"截至 {sessions[-1]:%Y-%m-%d}，{label} 尚未开始",
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
        raise CannotTell(
            f"the benchmark has no prices over all of {window.label}",
            f"基准指数在 {window.label} 内数据不全",
        )
    return inside
