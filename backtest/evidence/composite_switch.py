"""CompositeSwitch: the plainest strategy on an index, to see what its choices cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from backtest.allocation import spread
from backtest.basket import Basket
from backtest.composite import Framework
from backtest.market import Market
from backtest.strategy import TriggerRotation
from backtest.triggers import Always, CompositeAbove, MinHold, Trigger


@dataclass(frozen=True)
class CompositeSwitch(TriggerRotation):
    """Hold `above` while the index is above `level` points, else `below`.

    A switch stands for at least `min_hold` sessions; while the index is not known, `below` is held.
    """

    above: Basket
    below: Basket
    framework: str | Framework = "observable"
    level: float = 50.0
    min_hold: int = 20

    def rules(self) -> Mapping[str, Trigger]:
        """Return the basket above the level, else the one below."""
        high = MinHold(CompositeAbove(self.level, self.framework), self.min_hold)
        return {self.above.name: high, self.below.name: Always()}

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return both baskets, each spread over its sectors."""
        return {basket.name: spread(market, basket) for basket in (self.above, self.below)}
