"""The trigger algebra: `& | ~`, k of n, always, never.

A trigger is a yes/no question asked after every session. Its answer is three-valued: where an
input is not known yet the answer is NA, and NA is not False, so `~trigger` does not fire during
a warm-up either (Kleene logic; hence `t | ~t` is not always true).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, ClassVar, NoReturn

import numpy as np
import pandas as pd

from backtest.errors import UserError, shown
from backtest.fields import Checked
from backtest.market import Market
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.reading import Reading, constant, decided


class Trigger(metaclass=Checked):
    """A yes/no question asked after every session.

    Subclasses are frozen dataclasses that implement `evaluate`; callers use `answer` or `fires`.
    A leaf that measures something is `Measured`; what is built of triggers that are no fields of it
    names them in `built_of`. `claims` are the claims of the thesis a trigger tests.
    """

    claims: ClassVar[tuple[str, ...]] = ()

    __pandas_priority__ = 10_000  # a Series is no operand: let pandas refuse instead of guessing

    @abstractmethod
    def evaluate(self, market: Market) -> pd.Series:
        """Answer on every session from what was known then; "boolean" dtype, NA = cannot know."""

    def answer(self, market: Market) -> pd.Series:
        """Return `evaluate`'s answer, computed at most once for each market."""
        return market.remember(self, lambda: as_answer(self.evaluate(market), market, self))

    def fires(self, market: Market) -> pd.Series:
        """Return the answer as plain bool: the one place where "cannot know" becomes no."""
        answer = self.answer(market)
        return pd.Series(answer.to_numpy(dtype=bool, na_value=False), index=answer.index)

    @property
    def label(self) -> str:
        """What is asked, in a few words; a combination shows as it is written."""
        return repr(self)

    @property
    def dated(self) -> bool:
        """Whether it is certain when its values were known; what reads a market only, is."""
        return True

    @property
    def built_of(self) -> tuple[Trigger, ...]:
        """The triggers this one is built of, those among its fields; none for a leaf."""
        held = (each if isinstance(each, tuple) else (each,) for each in vars(self).values())
        return tuple(part for parts in held for part in parts if isinstance(part, Trigger))

    def reading(self, market: Market) -> Reading | None:
        """Return what is measured and its threshold; None where there is nothing to measure.

        Wherever the reading is known it fires exactly where the trigger does.
        """
        return None

    def remarks(self, market: Market) -> tuple[str, ...]:
        """Return what is to be said of its answers on a market; of a trigger's parts, not here."""
        return ()

    def walk(self) -> tuple[Trigger, ...]:
        """Return this trigger and all it is built of, each once, from the top down."""
        found = (self, *(trigger for part in self.built_of for trigger in part.walk()))
        return tuple(dict.fromkeys(found))

    def leaves(self) -> tuple[Trigger, ...]:
        """Return the triggers at the bottom of this one, each once, in the order written."""
        return tuple(trigger for trigger in self.walk() if not trigger.built_of)

    def __and__(self, other: object) -> Trigger:
        return AllOf((self, other)) if isinstance(other, Trigger) else NotImplemented

    def __or__(self, other: object) -> Trigger:
        return AnyOf((self, other)) if isinstance(other, Trigger) else NotImplemented

    def __invert__(self) -> Trigger:
        return Not(self)

    def __bool__(self) -> NoReturn:
        raise TypeError("a trigger has no truth value of its own; combine triggers with & | ~")


class Joined:
    """Parts joined by a sign of Kleene's logic."""

    sign: ClassVar[str]
    logic: ClassVar[Callable[[pd.Series, pd.Series], pd.Series]]
    parts: tuple[Trigger, ...]

    def evaluate(self, market: Market) -> pd.Series:
        """Answer by Kleene logic."""
        return reduce(type(self).logic, (part.answer(market) for part in self.parts))

    def __repr__(self) -> str:
        return "(" + f" {self.sign} ".join(map(repr, self.parts)) + ")"


@dataclass(frozen=True, repr=False)
class AllOf(Joined, Trigger):
    """Every part says yes. Written `a & b`.

    No as soon as one part says no; else unknown as soon as one is.
    """

    sign, logic = "&", and_
    parts: tuple[Trigger, ...] = parameter("what is asked")


@dataclass(frozen=True, repr=False)
class AnyOf(Joined, Trigger):
    """At least one part says yes. Written `a | b`.

    Yes as soon as one part says yes; else unknown as soon as one is.
    """

    sign, logic = "|", or_
    parts: tuple[Trigger, ...] = parameter("what is asked")


@dataclass(frozen=True)
class Not(Trigger):
    """The part says no. Written `~a`; unknown stays unknown."""

    part: Trigger = parameter("what is asked")

    def evaluate(self, market: Market) -> pd.Series:
        """Answer the opposite."""
        return ~self.part.answer(market)

    def __repr__(self) -> str:
        return f"~{self.part!r}"


@dataclass(frozen=True)
class KOutOf(Trigger):
    """At least `k` of the parts say yes.

    Yes where `k` or more say yes, no where fewer than `k` say yes or are unknown, else unknown: the
    unknown leave the answer unknown only while they could still decide it.
    """

    k: int = parameter("how many have to say yes", unit="parts", least=1)
    parts: tuple[Trigger, ...] = parameter("what is asked")

    def __post_init__(self) -> None:
        if not 1 <= self.k <= len(self.parts):
            raise UserError(
                "k was {k}; give a number from 1 to {count}, the parts",
                k=self.k,
                count=len(self.parts),
            )

    def evaluate(self, market: Market) -> pd.Series:
        """Answer yes with k known yeses, no when even the unknown could not make k."""
        yes, maybe = self._count(market, unknown=False), self._count(market, unknown=True)
        return decided(
            pd.Series(yes >= self.k, index=market.sessions),
            known=pd.Series((yes >= self.k) | (maybe < self.k), index=market.sessions),
        )

    @property
    def label(self) -> str:
        """What is counted."""
        return Note("conditions met, of {count}", count=len(self.parts))

    def reading(self, market: Market) -> Reading:
        """Return how many parts say yes, against `k`."""
        yes = pd.Series(self._count(market, unknown=False).astype(float), index=market.sessions)
        return Reading(
            self.label,
            yes.where(self.answer(market).notna()),
            constant(self.k, market),
            "parts",
            "at least",
        )

    def _count(self, market: Market, *, unknown: bool) -> np.ndarray:
        """Return how many parts say yes after each session, the unknown counted as told."""
        answers = [part.answer(market) for part in self.parts]
        count: np.ndarray = np.sum(
            [answer.to_numpy(dtype=bool, na_value=unknown) for answer in answers], axis=0
        )
        return count


@dataclass(frozen=True)
class Always(Trigger):
    """Yes, after every session."""

    def evaluate(self, market: Market) -> pd.Series:
        """Answer yes."""
        return pd.Series(True, index=market.sessions, dtype="boolean")


@dataclass(frozen=True)
class Never(Trigger):
    """No, after every session."""

    @property
    def label(self) -> str:
        """What is asked: nothing."""
        return Note("nothing")

    def evaluate(self, market: Market) -> pd.Series:
        """Answer no."""
        return pd.Series(False, index=market.sessions, dtype="boolean")


def as_answer(given: Any, market: Market, asked: object) -> pd.Series:
    """Return what a trigger, or a function, said as an answer on every session.

    Parameters
    ----------
    given : Series, array or frame of one column
        Booleans, or 1 and 0; NaN and NA for "cannot know".
    asked : object
        Who said it, for the sentence of an error.

    Raises
    ------
    UserError
        If it is not an answer for each session.
    """
    same = isinstance(given, pd.Series) and given.index.equals(market.sessions)
    if same and given.dtype == "boolean":
        answered: pd.Series = given
        return answered
    if isinstance(given, pd.DataFrame) and given.shape[1] == 1:
        given = given.iloc[:, 0]
    if isinstance(given, pd.Series):
        if not given.index.isin(market.sessions).all() or given.index.has_duplicates:
            raise UserError(
                "{asked} answers for other dates; keep the index of market.sessions", asked=asked
            )
        given = given.reindex(market.sessions)
    values = np.asarray(given, dtype=object)
    if values.shape != (len(market.sessions),):
        shape = f"{values.shape[0]} × {values.shape[1]}" if values.ndim == 2 else repr(given)
        raise UserError(
            "{asked} returned {what}; return an answer for each of the {count} sessions, yes or no",
            asked=asked,
            what=Note("nothing") if given is None else shown(shape),
            count=len(market.sessions),
        )
    unknown = pd.isna(values)
    for value in values[~unknown]:
        if value not in (0, 1):
            raise UserError(
                "{asked} answered {value!r}; answer True or False, by a comparison",
                asked=asked,
                value=value,
            )
    yes = pd.Series(np.where(unknown, False, values == 1).astype(bool), market.sessions)
    return decided(yes, known=pd.Series(~unknown, market.sessions))
