"""EqualWeight: the equal-weight market; what any rotation has to beat."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.strategy import Strategy, restored
from backtest.strategy.allocation import equal, rebalanced
from backtest.strategy.limits import Limits


@dataclass(frozen=True)
class EqualWeight(Limits, Strategy):
    """Hold every listed sector at the same weight, restored on a schedule.

    Encodes no claim. It orders on the schedule's sessions, and where a sector or another instrument
    is listed; a sector's weight is shared equally by its listed instruments.
    """

    rebalance: str = restored()

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return equal weights on the schedule's sessions and when a sector is listed."""
        return rebalanced(self.limited(market, equal(market)), self.rebalance)
