"""check: all that can be found out about a strategy or trigger without believing its figures."""

import time
import tracemalloc
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from backtest.errors import UserError, check_least
from backtest.market import Market
from backtest.notes import Note
from backtest.strategy.faults import CHANGES_IT, UNSTEADY, Fault, faults
from backtest.strategy.leaks import CALENDAR, Leak, Subject, cut_sessions, decided, leaks
from backtest.strategy.strategy import Strategy
from backtest.triggers import Trigger

DATES = 12


@dataclass(frozen=True)
class Check:
    """What a check found.

    Attributes
    ----------
    subject, market : str
        What was checked, and on which market.
    cuts : tuple of Timestamp
        After which sessions data were cut off, and altered.
    leaks : tuple of Leak
        What it reads of the future, one for each input.
    faults : tuple of Fault
        What else was found.
    seconds, megabytes : float
        What deciding once on the whole market took.
    """

    subject: str
    market: str
    cuts: tuple[pd.Timestamp, ...]
    leaks: tuple[Leak, ...]
    faults: tuple[Fault, ...]
    seconds: float
    megabytes: float

    @property
    def passes(self) -> bool:
        """Whether nothing was found that makes its figures worthless."""
        return not self.leaks and not any(fault.fails for fault in self.faults)

    @property
    def earliest(self) -> Leak | None:
        """The leak with the earliest session."""
        return min(self.leaks, key=lambda leak: leak.first, default=None)

    @property
    def first(self) -> pd.Timestamp | None:
        """The first session whose weights change with later data."""
        return None if self.earliest is None else self.earliest.first

    @property
    def instruments(self) -> tuple[str, ...]:
        """Whose weights change on that session."""
        return () if self.earliest is None else self.earliest.instruments

    @property
    def inputs(self) -> tuple[str, ...]:
        """What it reads of the future."""
        return tuple(leak.input for leak in self.leaks)

    def to_json(self) -> dict[str, Any]:
        """Return what `nqp check --json` prints."""
        return {
            "passes": self.passes,
            "first": None if self.first is None else f"{self.first:%Y-%m-%d}",
            "leaks": [{**leak.to_json(), "message": str(said(leak))} for leak in self.leaks],
            "faults": [fault.to_json() for fault in self.faults],
            "subject": self.subject,
            "market": self.market,
            "cuts": [f"{day:%Y-%m-%d}" for day in self.cuts],
            "seconds": self.seconds,
            "megabytes": self.megabytes,
        }


def check(subject: Subject, market: Market, *, dates: int = DATES, seed: int = 0) -> Check:
    """Find out whether a strategy or trigger looks ahead, and what else is wrong with it.

    It is asked again on markets cut off at several dates and on markets whose later data are other
    ones (prices, opens, traded values, every series and its vintages, the benchmark, tradability);
    what it decides up to those dates must not change. Then again as it is, in another process
    with another hash seed, with the instruments in another order, and with other parameters.

    Parameters
    ----------
    dates : int
        How many: where decisions change, at random, and at the end of the record.
    seed : int
        Of the random ones.

    Raises
    ------
    UserError
        If `dates` is below 1, or the subject is neither a strategy nor a trigger.
    """
    if not isinstance(subject, (Strategy, Trigger)):
        kind = subject.__name__ if isinstance(subject, type) else type(subject).__name__
        raise UserError(
            "check was given {kind}; give a strategy or a trigger, made with brackets: {kind}()",
            kind=kind,
        )
    check_least(1, dates=dates)
    began = time.perf_counter()
    full = decided(subject, replace(market))
    seconds = time.perf_counter() - began
    found, megabytes = [], 0.0
    if replace(market).identity != market.identity:
        found = [Fault("changes the market", True, Note(CHANGES_IT))]
    else:
        tracemalloc.start()
        again = decided(subject, replace(market))
        megabytes = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        found = faults(subject, full, again, market)
    steady = not any(fault.kind in UNSTEADY for fault in found)
    cuts = cut_sessions(full, dates, seed=seed) if steady else []
    return Check(
        subject=subject.name if isinstance(subject, Strategy) else repr(subject),
        market=market.name,
        cuts=tuple(market.sessions[cut] for cut in cuts),
        leaks=leaks(subject, market, cuts, full),
        faults=tuple(found),
        seconds=seconds,
        megabytes=megabytes,
    )


def said(leak: Leak) -> Note:
    """Say what leaks and from how far ahead."""
    code = (
        "{input}: it looks {ahead} session(s) ahead, decisions of {first} change with data after "
        "{cut}"
    )
    if leak.whole:
        code = (
            "{input}: it reads the whole record, as its mean or highest value over all sessions, "
            "decisions of {first} change with data after {cut}"
        )
    if leak.input == CALENDAR:
        code = (
            "it reads which sessions follow, decisions of {first} change when the record ends on "
            "{cut}; the last session of a month is only known on the next: use "
            "backtest.market.schedule.due_sessions"
        )
    first, cut = (f"{day:%Y-%m-%d}" for day in (leak.first, leak.cut))
    return Note(code, input=leak.input, ahead=leak.ahead, first=first, cut=cut)
