"""A short check for look-ahead, made with every run of a strategy that is a user's own."""

import sys
import time
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.notes import Note
from backtest.soundness import built_in
from backtest.strategy.leaks import Decided, Leak, Subject, cut_sessions, decided, differs
from backtest.strategy.strategy import Strategy
from backtest.triggers import Trigger

SECONDS = 1.0  # of the processor's time, so that a busy machine looks as far as an idle one
SHARE = 0.2  # of a run's time, where that is more than `SECONDS`
AFTER = 60  # altered sessions that are shown


@dataclass(frozen=True)
class Look:
    """What a short look found, as manifests and results carry it.

    Attributes
    ----------
    found : str
        "built in", "not checked", "none found", or what the leak is.
    warning : Note or None
        What a reader has to be told.
    """

    found: str
    warning: Note | None = None

    @property
    def notes(self) -> tuple[Note, ...]:
        """The warning, if there is one."""
        return () if self.warning is None else (self.warning,)

    @property
    def peeks(self) -> bool:
        """Whether it was seen to look ahead."""
        return self.found not in (BUILT_IN.found, NOT_CHECKED.found, NONE_FOUND.found)

    @property
    def ruled(self) -> dict[str, Any]:
        """The leak, empty if there is none, and whether a check was made, for a verdict.

        Examples
        --------
        >>> Look("none found").ruled
        {'looks_ahead': '', 'checked': True}
        """
        return {
            "looks_ahead": self.found if self.peeks else "",
            "checked": self.found != NOT_CHECKED.found,
        }


LOOKS_AHEAD = (
    "looks ahead: weights of {day} change when later data are cut off; run '{run}'",
    "looks ahead: weights of {day} change when later data are altered; run '{run}'",
)
BUILT_IN = Look("built in")
NOT_CHECKED = Look("not checked", Note("not checked for look-ahead: --no-check was given"))
NONE_FOUND = Look("none found")
STOPPED = (
    "the short check for look-ahead ran out of time after {done} of {planned} tries and found none "
    "in these; run '{run}'"
)


@dataclass(frozen=True)
class Quick:
    """How far a short check came: the leak it found, if any, after so many of the planned tries."""

    leak: Leak | None
    done: int
    planned: int


def look(
    subject: Subject,
    market: Market,
    *,
    check: bool = True,
    seconds: float = SECONDS,
    known: Decided | None = None,
) -> Look:
    """Take a short look at a strategy or trigger, unless it came with the package.

    Parameters
    ----------
    check : bool
        False to leave it out, which the result says.
    seconds : float
        As for `quick_check`.
    known : Decided, optional
        What it decides on the whole market, where that is known.

    Raises
    ------
    UserError
        If the market is no longer what it was when its identity was first asked for.
    """
    if not own(subject):
        return BUILT_IN
    if replace(market).identity != market.identity:
        raise UserError(
            "{kind} changes the market it is given, and so every later result on it; work on a "
            "copy()",
            kind=type(subject).__name__,
        )
    if not check:
        return NOT_CHECKED
    quick = quick_check(subject, market, seconds=seconds, known=known)
    leak = quick.leak
    if leak is None and quick.done < quick.planned:
        tries = {"done": quick.done, "planned": quick.planned}
        return Look(NONE_FOUND.found, Note(STOPPED, **tries, run=command(subject)))
    if leak is None:
        return NONE_FOUND
    code = LOOKS_AHEAD[0 if leak.cut_off else 1]
    warning = Note(code, day=f"{leak.first:%Y-%m-%d}", run=command(subject))
    return Look(str(warning).removeprefix("looks ahead: ").partition(";")[0], warning)


def quick_check(
    subject: Subject, market: Market, *, seconds: float = SECONDS, known: Decided | None = None
) -> Quick:
    """Look for a leak at a few cuts, within a budget of time.

    Parameters
    ----------
    seconds : float
        Of the processor's time, when to stop; the first cut is always tried. `Leak.input` is not
        traced.
    known : Decided, optional
        What it decides on the whole market, where that is known.
    """
    try:
        hash(subject)
    except TypeError:  # a field has no hash
        return _quick(subject, market, seconds, known)
    key = ("looks ahead", subject)
    return market.remember(key, lambda: _quick(subject, market, seconds, known))


def _quick(subject: Subject, market: Market, seconds: float, known: Decided | None) -> Quick:
    began = time.thread_time()
    full = decided(subject, market) if known is None else known
    cuts = cut_sessions(full, 8, seed=0)
    if not cuts:
        return Quick(None, 0, 0)
    near, middle, late = (cuts[place] for place in (len(cuts) // 4, len(cuts) // 2, -1))
    plan: list[tuple[int, int | None]] = [(near, None), (near, 1), (near, 0)]
    plan += [(middle, None), (middle, 0), (middle, 1), (late, None), (cuts[0], 0), (cuts[0], 1)]
    slowest = 0.0
    for number, (cut, seed) in enumerate(plan):
        start = time.thread_time()
        if number and start - began + slowest > seconds:
            return Quick(None, number, len(plan))
        leak = differs(subject, market, full, cut, seed, AFTER)
        if leak is not None:
            return Quick(leak, number + 1, len(plan))
        slowest = max(slowest, time.thread_time() - start)
    return Quick(None, len(plan), len(plan))


def own(value: Any) -> bool:
    """Say whether a strategy or trigger, or one it is made of, is a user's own."""
    if isinstance(value, tuple):
        return any(own(part) for part in value)
    if isinstance(value, (Strategy, Trigger)):
        parts: tuple[Any, ...] = tuple(vars(value).values()) if is_dataclass(value) else ()
        return not built_in(type(value)) or any(own(part) for part in parts)
    return callable(value) or isinstance(value, pd.Series)


def command(subject: Subject) -> str:
    """Return what checks a strategy or trigger at length."""
    kind = type(subject)
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if built_in(kind):
        return f"nqp check {subject.name}" if isinstance(subject, Strategy) else CALL
    return f"nqp check {Path(file).name}:{kind.__qualname__}" if file else CALL


CALL = "backtest.check(…, market)"
