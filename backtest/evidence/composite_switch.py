"""CompositeSwitch: the plainest strategy on an index, to see what its choices cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.composite import Framework, composite
from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import spread
from backtest.strategy.basket import Basket
from backtest.triggers import Always, MinHold, Reading, Trigger
from backtest.triggers.measured import Measured

FEWEST = 60  # sessions with a level before it has a past


@dataclass(frozen=True)
class AboveOwnPast(Measured):
    """The composite's level is above the median of all its levels so far.

    What points mean turns on the normalization; above or below its own past an index of any kind
    can be. The level is the unlinked one, as in `CompositeAbove`.
    """

    framework: str | Framework = parameter("a framework, its name or path", "observable")
    claims: ClassVar[tuple[str, ...]] = ("M1", "M2")

    @property
    def label(self) -> str:
        """What is measured."""
        name = self.framework.name if isinstance(self.framework, Framework) else self.framework
        return f"composite index ({name})"

    def reading(self, market: Market) -> Reading:
        """Return the level, against its median so far."""
        level = composite(market, self.framework).unlinked["all"].round(8)
        median = level.expanding(min_periods=FEWEST).median()
        return Reading(self.label, level, median, "index points", "above")


@dataclass(frozen=True)
class CompositeSwitch(TriggerRotation):
    """Hold `above` while the index is above the median of its own past, else `below`.

    A switch stands for at least `min_hold` sessions; while the index is not known, `below` is held.
    """

    above: Basket
    below: Basket
    framework: str | Framework = parameter("a framework, its name or path", "observable")
    min_hold: int = parameter("the least time between two switches", 20, "sessions", least=1)

    def rules(self) -> Mapping[str, Trigger]:
        """Return the basket above the median, else the one below."""
        high = MinHold(AboveOwnPast(self.framework), self.min_hold)
        return {self.above.name: high, self.below.name: Always()}

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return both baskets, each spread over its sectors."""
        return {basket.name: spread(market, basket) for basket in (self.above, self.below)}
