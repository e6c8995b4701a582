"""Observation: a number measured over a window, and what it is made of.

What is measured is a function of how often each session counts. Once each gives the number itself;
the bootstrap's counts give its interval; zeros leave sessions out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Observation:
    """What an observable says about a claim on one market.

    Attributes
    ----------
    unit : "return", "bp", "share", "correlation"
    instruments : tuple of str
        What it was read off.
    statistic : callable
        From counts (draw × session) to values (draw).
    moves : Series
        By session (or event): what goes the claim's way if it is high; NaN-free. Its dependence
        sets the bootstrap's block length, its best days are left out to see what remains.
    parts : mapping
        Figures worth saying with the value, such as both returns behind a lead.
    absent : tuple of str
        Sectors that should have counted and have no price.
    independent : bool
        Whether the rows of `moves` are separate events instead of sessions.
    additive : bool
        Whether leaving sessions out leaves a number of the same kind.
    p_values : mapping
        Two-sided p-values the observable brings along, by test.
    part : callable or None
        What to split into before, in and after a burst where the statistic itself cannot be.
    pair : ndarray, session × 2, or None
        Simple returns of the two sides of a lead.
    """

    unit: str
    instruments: tuple[str, ...]
    statistic: Callable[[Array], Array]
    moves: pd.Series
    parts: Mapping[str, float] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    independent: bool = False
    additive: bool = True
    p_values: Mapping[str, float] = field(default_factory=dict)
    part: Callable[[Array], Array] | None = None
    pair: Array | None = None

    @property
    def value(self) -> float:
        """The number itself: every session counts once."""
        return float(self.statistic(np.ones((1, len(self.moves))))[0])

    def over(self, counted: NDArray[np.bool_]) -> float:
        """Return the number with only some sessions counted."""
        measure = self.part or self.statistic
        return float(measure(counted.astype(float)[None])[0])


@dataclass(frozen=True)
class Placebo:
    """How often something that means nothing does as well as the claim's own number.

    Attributes
    ----------
    kind : str
        "sectors permuted", "other windows", "other dates".
    p : float
        Share of placebos at least as far in the claim's direction; NaN where there are none.
    draws : int
        How many there were.
    separate : int
        How many of them do not overlap: what p can be relied on to resolve.
    exact : bool
        Whether these are all there are, instead of a sample.
    """

    kind: str
    p: float
    draws: int
    separate: int
    exact: bool


def sampled(kind: str, drawn: Array, value: float, sign: int, *, overlap: float = 1.0) -> Placebo:
    """Compare a value with a sample of placebos; the value itself counts as one of them.

    Parameters
    ----------
    overlap : float
        How many of the placebos overlap each other: a thousand windows of 120 sessions, each a
        session later than the last, are only about eight different ones, and a p-value from them
        is one from eight.

    Examples
    --------
    >>> sampled("other windows", np.arange(20.0), 18.5, 1, overlap=5).p
    0.24
    """
    drawn = drawn[np.isfinite(drawn)]
    separate = int(len(drawn) // overlap)
    if not separate:
        return none(kind)
    share = float((sign * drawn >= sign * value - 1e-12).mean())
    return Placebo(
        kind, (1.0 + share * separate) / (1.0 + separate), len(drawn), separate, exact=False
    )


def none(kind: str) -> Placebo:
    """Return the placebo of which there are none."""
    return Placebo(kind, float("nan"), 0, 0, exact=False)
