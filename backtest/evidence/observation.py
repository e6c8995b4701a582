"""Observation: a number measured over a window, and what it is made of.

What is measured is a function of how often each session counts: once each gives the number itself,
zeros leave sessions out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.evidence.windows import Window
from backtest.market import Market
from backtest.strategy.claim import Claim

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Observation:
    """What an observable says about a claim on one market.

    Attributes
    ----------
    instruments : tuple of str
        What it was read off.
    statistic : callable
        From counts (draw × session) to values (draw).
    moves : Series
        By session (or event): what goes the claim's way if it is high; NaN-free. Its best days are
        left out to see what remains.
    parts : mapping
        Figures worth saying with the value, such as both returns behind a lead.
    absent : tuple of str
        Sectors that should have counted and have no price.
    independent : bool
        Whether the rows of `moves` are events instead of sessions.
    additive : bool
        Whether leaving sessions out leaves a number of the same kind.
    p_values : mapping
        Two-sided p-values the observable brings along, by test.
    part : callable or None
        What to split into before, in and after a burst where the statistic itself cannot be.
    pair : ndarray, session × 2, or None
        Simple returns of the two sides of a lead.
    """

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


@dataclass(frozen=True, eq=False)
class Measurement:
    """A claim's observation on a market: what intervals are put around, and placebos drawn for.

    Attributes
    ----------
    draws : int
        How many placebos, where they are drawn by lot.
    """

    claim: Claim
    market: Market
    window: Window
    observed: Observation
    draws: int
    seed: int
