"""The trigger algebra: `& | ~`, k of n, always and never. Imports pandas and the market.

A trigger is a yes/no question asked after every session. Its answer is three-valued: where an
input is not known yet the answer is NA, and NA is not False, so `~trigger` does not fire during
a warm-up either (Kleene logic; hence `t | ~t` is not always true).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market


class Trigger(ABC):
    """A yes/no question asked after every session.

    Subclasses are frozen dataclasses that implement `evaluate`; callers use `answer` or `fires`.
    """

    __pandas_priority__ = 10_000  # a Series is no operand: let pandas refuse instead of guessing

    @abstractmethod
    def evaluate(self, market: Market) -> pd.Series:
        """Answer on every session from what was known then; "boolean" dtype, NA = cannot know."""

    def answer(self, market: Market) -> pd.Series:
        """Return `evaluate`'s answer, computed at most once for each market."""
        return market.remember(self, lambda: self.evaluate(market))

    def fires(self, market: Market) -> pd.Series:
        """Return the answer as plain bool: the one place where "cannot know" becomes no."""
        return self.answer(market).fillna(False).astype(bool)

    def __and__(self, other: object) -> Trigger:
        return AllOf((self, other)) if isinstance(other, Trigger) else NotImplemented

    def __or__(self, other: object) -> Trigger:
        return AnyOf((self, other)) if isinstance(other, Trigger) else NotImplemented

    def __invert__(self) -> Trigger:
        return Not(self)

    def __bool__(self) -> NoReturn:
        raise TypeError("a trigger has no truth value of its own; combine triggers with & | ~")


@dataclass(frozen=True)
class AllOf(Trigger):
    """Every part says yes. Written `a & b`."""

    parts: tuple[Trigger, ...]

    def evaluate(self, market: Market) -> pd.Series:
        """Answer by Kleene logic: one no decides, otherwise one unknown makes it unknown."""
        answer = self.parts[0].answer(market)
        for part in self.parts[1:]:
            answer = answer & part.answer(market)
        return answer

    def __repr__(self) -> str:
        return "(" + " & ".join(map(repr, self.parts)) + ")"


@dataclass(frozen=True)
class AnyOf(Trigger):
    """At least one part says yes. Written `a | b`."""

    parts: tuple[Trigger, ...]

    def evaluate(self, market: Market) -> pd.Series:
        """Answer by Kleene logic: one yes decides, otherwise one unknown makes it unknown."""
        answer = self.parts[0].answer(market)
        for part in self.parts[1:]:
            answer = answer | part.answer(market)
        return answer

    def __repr__(self) -> str:
        return "(" + " | ".join(map(repr, self.parts)) + ")"


@dataclass(frozen=True)
class Not(Trigger):
    """The part says no. Written `~a`; unknown stays unknown."""

    part: Trigger

    def evaluate(self, market: Market) -> pd.Series:
        """Answer the opposite."""
        return ~self.part.answer(market)

    def __repr__(self) -> str:
        return f"~{self.part!r}"


@dataclass(frozen=True)
class KOutOf(Trigger):
    """At least `k` of the parts say yes.

    Unknown parts leave the answer unknown only while they could still decide it.
    """

    k: int
    parts: tuple[Trigger, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.k <= len(self.parts):
            raise UserError(f"k was {self.k}; give a number from 1 to {len(self.parts)}, the parts")

    def evaluate(self, market: Market) -> pd.Series:
        """Answer yes with k known yeses, no when even the unknown could not make k."""
        answers = [part.answer(market) for part in self.parts]
        yes = np.sum([answer.fillna(False).to_numpy(dtype=bool) for answer in answers], axis=0)
        maybe = np.sum([answer.fillna(True).to_numpy(dtype=bool) for answer in answers], axis=0)
        return decided(
            pd.Series(yes >= self.k, index=market.sessions),
            known=pd.Series((yes >= self.k) | (maybe < self.k), index=market.sessions),
        )


@dataclass(frozen=True)
class Always(Trigger):
    """Yes, after every session."""

    def evaluate(self, market: Market) -> pd.Series:
        """Answer yes."""
        return pd.Series(True, index=market.sessions, dtype="boolean")


@dataclass(frozen=True)
class Never(Trigger):
    """No, after every session."""

    def evaluate(self, market: Market) -> pd.Series:
        """Answer no."""
        return pd.Series(False, index=market.sessions, dtype="boolean")


def decided(yes: pd.Series, known: pd.Series) -> pd.Series:
    """Turn a bool series into an answer that is NA wherever it is not known.

    Examples
    --------
    >>> decided(pd.Series([True, False, False]), known=pd.Series([True, True, False])).tolist()
    [True, False, <NA>]
    """
    return yes.astype("boolean").where(known.astype(bool))


def positive(name: str, value: float) -> None:
    """Raise a `UserError` unless a trigger's parameter is above zero."""
    if not value > 0:
        raise UserError(f"{name} was {value}; give a number above 0")
