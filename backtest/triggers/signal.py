"""Signal: any boolean series, or function of a market, as a trigger."""

import types
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.parameter import KEY, Parameter, parameter
from backtest.triggers.algebra import Trigger, as_answer

Source = pd.Series | Callable[[Market], Any]


@dataclass(frozen=True)
class Signal(Trigger):
    """Yes where a boolean series says so, or where a function of the market does.

    A function is given the market and returns an answer for every session: a Series, an array or a
    frame of one column, of booleans or of 1, 0 and NaN for "cannot know"; so any indicator library
    can be asked. A series is read on each session as its last value known by then.

    Attributes
    ----------
    source : Series or callable
        The series, by the day a value is about, or the function.
    known : Series, DatetimeIndex or None
        The day on which each value of the series was known; the same day for None, which nothing
        can confirm: `backtest.check` refuses a series without.
    name : str
        What is asked, in a few words.

    Examples
    --------
    >>> def dear(market):
    ...     return market.benchmark > market.benchmark.rolling(250).mean()
    >>> Signal(dear) & ~Signal(dear)
    (Signal(dear) & ~Signal(dear))
    """

    source: Source = field(compare=False, metadata={KEY: Parameter("the series or function")})
    known: pd.Series | pd.DatetimeIndex | None = field(
        default=None, compare=False, metadata={KEY: Parameter("when each value was known")}
    )
    name: str = parameter("what is asked, in a few words", "")
    content: str = field(
        init=False, repr=False, metadata={KEY: Parameter("what tells it from other signals")}
    )

    def __post_init__(self) -> None:
        if isinstance(self.source, pd.Series):
            _check_dates(self.source, self.known)
        elif not callable(self.source):
            raise UserError(
                "Signal was given a {kind}; give a boolean Series or a function of the market",
                kind=type(self.source).__name__,
            )
        content = blake2b(repr(_content(self.source, self.known)).encode(), digest_size=16)
        object.__setattr__(self, "content", content.hexdigest())

    def __repr__(self) -> str:
        return f"Signal({self.label})"

    @property
    def dated(self) -> bool:
        """Whether it is a function, or says when each value was known."""
        return not isinstance(self.source, pd.Series) or self.known is not None

    @property
    def label(self) -> str:
        """What is asked."""
        called: Any = self.source.func if isinstance(self.source, partial) else self.source
        spoken = called.name if isinstance(called, pd.Series) else _called(called)
        return self.name or str(spoken or "series")

    def evaluate(self, market: Market) -> pd.Series:
        """Answer as the series or the function does.

        Raises
        ------
        UserError
            If the function returns anything but an answer for each session.
        """
        if isinstance(self.source, pd.Series):
            return _as_known(self.source, self.known, market)
        return as_answer(self.source(market), market, self)


def _as_known(source: pd.Series, known: Any, market: Market) -> pd.Series:
    """Return on each session the last value known by then; NA before the first."""
    days = pd.DatetimeIndex(source.index if known is None else known)
    order = np.argsort(days.to_numpy(), kind="stable")
    place = days[order].searchsorted(market.sessions, side="right") - 1
    values = source.to_numpy(dtype=object)[order]
    found = values[np.maximum(place, 0)].copy()
    found[place < 0] = None
    return as_answer(found, market, source.name or "the series")


def _check_dates(source: pd.Series, known: Any) -> None:
    if not isinstance(source.index, pd.DatetimeIndex):
        raise UserError("the series of a Signal has no dates; give it a DatetimeIndex")
    if known is None:
        return
    if len(known) != len(source):
        raise UserError(
            "a Signal of {count} values has {days} days on which they were known; give one "
            "for each",
            count=len(source),
            days=len(known),
        )
    early = np.asarray(pd.DatetimeIndex(known) < source.index)
    if early.any():
        raise UserError(
            "the value of {source:%Y-%m-%d} is said to be known before that day; give the day "
            "it was published",
            source=source.index[early][0],
        )


def _called(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _content(source: Any, known: Any) -> Any:
    """Return what tells one source from another: values and dates, or what a function does."""
    if isinstance(source, pd.Series):
        days = None if known is None else [str(day) for day in known]
        return [str(day) for day in source.index], [str(value) for value in source], days
    if isinstance(source, partial):
        return _content(source.func, None), source.args, sorted(source.keywords.items())
    code = getattr(source, "__code__", None)
    if not isinstance(code, types.CodeType):
        return repr(source)
    held = [cell.cell_contents for cell in source.__closure__ or ()]
    return source.__module__, source.__qualname__, _code(code), held, source.__defaults__


def _code(code: types.CodeType) -> Any:
    inner = [part for part in code.co_consts if isinstance(part, types.CodeType)]
    plain = [part for part in code.co_consts if not isinstance(part, types.CodeType)]
    return code.co_code.hex(), plain, code.co_names, [_code(part) for part in inner]
