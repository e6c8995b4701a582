"""InverseVolatility: calm sectors weigh more."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.market.schedule import check_schedule
from backtest.strategy import Strategy, at_least
from backtest.strategy.allocation import inverse_volatility, rebalanced


@dataclass(frozen=True)
class InverseVolatility(Strategy):
    """Weight every sector by the inverse of its volatility over `window` sessions.

    Encodes no claim. Starts once a sector has a full window.
    """

    window: int = 60
    rebalance: str = "monthly"

    def __post_init__(self) -> None:
        at_least("window", self.window, 2)
        check_schedule(self.rebalance)

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the weights on the schedule's sessions."""
        return rebalanced(inverse_volatility(market, window=self.window), self.rebalance)
