"""Claim: one sentence of a research report as a value that a market can confirm or refute.

A claim says what to measure, over which window and what would refute it; the
measuring is done by `backtest.evidence`, which knows a claim's observable by its name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from backtest.errors import UserError, suggest
from backtest.strategy.basket import Basket

# First and last month of a window, relative to the year a report is about.
HALVES = {"H1": (1, 6), "H2": (7, 12), "year": (1, 12)}
WINDOWS = (*HALVES, "before", "after")
EXPECTS = ("above", "below")
ASSERTS = ("outcome", "regularity")


@dataclass(frozen=True)
class Source:
    """Where claims come from: who wrote it, when it was out, and the year it is about.

    `dated` matters: whatever happened up to it may be why a claim was made. `published_in` says
    where.
    """

    title: str
    title_zh: str
    author: str
    dated: str
    year: int
    published_in: str = ""

    @property
    def published(self) -> pd.Timestamp:
        """The last day on which the report's author could have chosen a claim by looking."""
        return pd.Timestamp(self.dated)


@dataclass(frozen=True)
class Claim:
    """A falsifiable sentence.

    Attributes
    ----------
    id : str
        "R7.technology".
    statement, statement_zh : str
        The claim in our own words.
    observable : str
        What is measured: a name in `backtest.evidence.observables`.
    window : str
        "H1", "H2" or "year" of the report's year; "before" or "after" the report's date; or a first
        and a last day, "2025-07-01/2025-12-31".
    expects : "above" or "below"
        On which side of `threshold` the claim says the observable lies.
    refuted_by, refuted_by_zh : str
        What refutes it, in words.
    minimum : int
        Sessions (or separate events) below which there is nothing to judge.
    margin : float
        How far from the threshold a value must lie not to be rounding.
    asserts : "outcome" or "regularity"
        An *outcome* is a forecast of one window: it came about or it did not, and a placebo says
        how easily it could have. A *regularity* is a mean over many events: it holds only if it
        differs from chance.
    basket, against : Basket or None
        What is measured and against what; against the equal-weight market where `against` is None.
    variants : tuple of Basket
        What else could stand for `basket`: narrower and broader ones.
    groups : tuple of Basket
        The groups an observable compares, where it compares several.
    events : tuple of (date, basket name)
        Dated events, where the claim is about these.
    options : tuple of (name, value)
        Parameters of the observable.
    about : tuple of (series, "rises" or "falls")
        Published series whose course is behind the claim, where a market has them.
    alternatives : tuple of (label, label_zh, options)
        Other parameters under which the verdict should be the same.
    """

    id: str
    statement: str
    statement_zh: str
    observable: str
    window: str
    expects: str
    refuted_by: str
    refuted_by_zh: str = ""
    threshold: float = 0.0
    minimum: int = 60
    margin: float = 0.0
    asserts: str = "outcome"
    basket: Basket | None = None
    against: Basket | None = None
    variants: tuple[Basket, ...] = ()
    groups: tuple[Basket, ...] = ()
    events: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, float | str], ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    alternatives: tuple[tuple[str, str, tuple[tuple[str, float | str], ...]], ...] = ()

    def __post_init__(self) -> None:
        for value, known in (
            (self.window if days_of(self.window) is None else WINDOWS[0], WINDOWS),
            (self.expects, EXPECTS),
            (self.asserts, ASSERTS),
        ):
            if value not in known:
                raise UserError(
                    "claim {id}: {value!r} is not known; {suggestion}",
                    id=self.id,
                    value=value,
                    suggestion=suggest(value, known),
                )

    @property
    def sign(self) -> int:
        """1 where the claim expects a high value, −1 where a low one."""
        return 1 if self.expects == "above" else -1

    def on(self, universe: str) -> Claim:
        """Return the claim with its baskets as a universe has them."""
        return replace(
            self,
            basket=None if self.basket is None else self.basket.on(universe),
            against=None if self.against is None else self.against.on(universe),
            variants=tuple(one.on(universe) for one in self.variants),
            groups=tuple(one.on(universe) for one in self.groups),
        )

    def option(self, name: str, default: float) -> float:
        """Return a numeric parameter of the observable."""
        return float(dict(self.options).get(name, default))


def days_of(window: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first and last day of a window that names both; None of one that does not.

    Examples
    --------
    >>> days_of("2025-07-01/2025-12-31")[1], days_of("H1")
    (Timestamp('2025-12-31 00:00:00'), None)
    """
    first, _, last = window.partition("/")
    try:
        days = (pd.to_datetime(first, format="%Y-%m-%d"), pd.to_datetime(last, format="%Y-%m-%d"))
    except ValueError:
        return None
    return days if days[0] < days[1] else None
