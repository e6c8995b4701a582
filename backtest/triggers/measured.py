"""Triggers that compare one measure of the market with a threshold."""

from abc import abstractmethod
from string import Formatter
from typing import Any, ClassVar

import pandas as pd

from backtest.market import Market
from backtest.notes import Note
from backtest.triggers.algebra import Trigger
from backtest.triggers.reading import Reading, constant


class Measured(Trigger):
    """A leaf that answers by its reading: what it measures, against a threshold.

    Subclasses implement `reading` and `label`. No where there is nothing to measure, unknown while
    value or threshold is.
    """

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the reading."""
        reading = self.reading(market)
        if reading is None:
            return pd.Series(False, index=market.sessions, dtype="boolean")
        return reading.fires

    @abstractmethod
    def reading(self, market: Market) -> Reading | None:
        """Return what is measured and its threshold; None where there is nothing to measure."""


class Leaf(Measured):
    """A trigger that compares one measure of the market, its `value`, with a threshold.

    Attributes
    ----------
    what : str
        Its label, with the names of `words` in braces.
    unit, direction : str
        As of its `Reading`.
    against : str
        The field that holds the threshold.
    """

    what: ClassVar[str]
    unit: ClassVar[str] = "fraction"
    direction: ClassVar[str] = "at least"
    against: ClassVar[str] = ""

    @property
    def label(self) -> str:
        """What is measured."""
        return Note(self.what, **self.words)

    @property
    def words(self) -> dict[str, Any]:
        """What stands in the places of the label: its fields."""
        return {name: getattr(self, name) for _, name, _, _ in Formatter().parse(self.what) if name}

    @abstractmethod
    def value(self, market: Market) -> pd.Series | None:
        """Return what is measured; None where there is nothing to measure."""

    def threshold(self, market: Market) -> pd.Series:
        """Return what it is compared with."""
        return constant(getattr(self, self.against), market)

    def unit_on(self, market: Market) -> str:
        """Return the unit on a market."""
        return self.unit

    def reading(self, market: Market) -> Reading | None:
        """Return the value against the threshold; None where there is nothing to measure."""
        value = self.value(market)
        if value is None:
            return None
        unit = self.unit_on(market)
        return Reading(self.label, value, self.threshold(market), unit, self.direction)
