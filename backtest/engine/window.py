"""Which sessions a backtest is of: all asked for, or those on which all it compares exists."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backtest.engine.benchmarks import benchmark_levels
from backtest.engine.held import known_from
from backtest.errors import UserError
from backtest.market import Date, Market
from backtest.notes import Note
from backtest.strategy.decisions import Decisions, rotates
from backtest.strategy.holding import CASH, fitted

CUT = (  # by whether the start, the end or both were moved
    "figures are of {first} to {last}, as {begun}; --full-window has all sessions",
    "figures are of {first} to {last}, as {ended}; --full-window has all sessions",
    "figures are of {first} to {last}, as {begun} and {ended}; --full-window has all sessions",
)


def first_session(market: Market, start: Date | None) -> int:
    """Return the number of the first session from `start` on; at least two must follow."""
    first = 0 if start is None else int(market.sessions.searchsorted(pd.Timestamp(start)))
    if len(market.sessions) - first < 2:
        raise UserError(
            "market {market} has {count} session(s) in the window; a backtest needs at least 2, "
            "one to decide after and one to fill at",
            market=market.name,
            count=max(0, len(market.sessions) - first),
        )
    return first


def ready(decisions: Decisions) -> int:
    """Return the number of the first session after which a strategy can decide.

    That of its first order; a rotation in cash may also have decided on that once it knows all
    that its triggers ask.
    """
    strategy = decisions.strategy
    if not rotates(strategy):
        asked = fitted(decisions.targets, decisions.market)
        return _first(asked.notna().any(axis=1).to_numpy())
    held = _first((decisions.regime != CASH).to_numpy())
    return min(held, known_from(strategy, decisions.market)) if held else 0


def common(decided: Sequence[Decisions], first: int) -> tuple[int, int, list[Note]]:
    """Return the first and the last session on which all have what they need, and what is cut.

    Parameters
    ----------
    decided : sequence of Decisions
        On one market.
    first : int
        The first session asked for; none before it is returned.
    """
    market = decided[0].market
    begins: dict[int, Note] = {}
    ends: dict[int, Note] = {}
    for one in decided:
        number = ready(one)
        begun = number + 1 if number else 0
        code = "{name} has what it needs from {day} on"
        begins.setdefault(begun, Note(code, name=one.strategy.name, day=_day(market, begun)))
    for name, level in benchmark_levels(market).items():
        known = np.flatnonzero(level.notna().to_numpy())
        if len(known) < 2 or known[-1] <= first:
            continue  # it is not shown beside these sessions
        begun, ended = int(known[0]), int(known[-1])
        code = "{name} begins on {day}"
        begins.setdefault(begun + 1 if begun else 0, Note(code, name=name, day=_day(market, begun)))
        ends.setdefault(ended, Note("{name} ends on {day}", name=name, day=_day(market, ended)))
    whole = len(market.sessions) - 1
    start, stop = max(first, *begins), min(whole, *ends)
    if stop - start < 1 or (start, stop) == (first, whole):
        return first, whole, []
    why = {"first": _day(market, start), "last": _day(market, stop)}
    moved = (start > first, stop < whole)
    why |= {"begun": begins[start]} if moved[0] else {}
    why |= {"ended": ends[stop]} if moved[1] else {}
    return start, stop, [Note(CUT[2 if all(moved) else int(moved[1])], **why)]


def waits(decisions: Decisions, first: int) -> list[Note]:
    """Say until when a strategy is in cash because it cannot decide yet."""
    number = ready(decisions)
    if number < max(first, 1):
        return []
    return [
        Note(
            "in cash until {day}, when it has what it needs to decide",
            day=_day(decisions.market, number + 1),
        )
    ]


def _first(there: np.ndarray) -> int:
    """Return where the first true stands; 0 where none does."""
    return int(there.argmax()) if there.any() else 0


def _day(market: Market, number: int) -> str:
    return f"{market.sessions[min(number, len(market.sessions) - 1)]:%Y-%m-%d}"
