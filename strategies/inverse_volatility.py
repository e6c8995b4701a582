"""InverseVolatility: calm sectors weigh more."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import Strategy, restored
from backtest.strategy.allocation import inverse_volatility, rebalanced
from backtest.strategy.limits import Limits


@dataclass(frozen=True)
class InverseVolatility(Limits, Strategy):
    """Weight every sector by the inverse of its volatility over `window` sessions.

    Encodes no claim. Volatility is the sample standard deviation (n − 1) of the last `window` daily
    returns of the sector's index; a sector that lacks one of them, or did not move at all, has no
    weight, and the others' sum to 1. It first buys after the first session on which a sector has a
    weight; then it orders on the schedule's sessions, and where the set of instruments with a
    weight changes.
    """

    window: int = parameter("of daily returns measured", 60, "sessions", least=2)
    rebalance: str = restored()

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the weights on the schedule's sessions and where what is held changes."""
        weights = inverse_volatility(market, window=self.window)
        return rebalanced(self.limited(market, weights), self.rebalance)
