"""MinimumVariance: the sectors that together varied least."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import Strategy, restored
from backtest.strategy.allocation import minimum_variance
from backtest.strategy.limits import Limits


@dataclass(frozen=True)
class MinimumVariance(Limits, Strategy):
    """Hold the sectors, none short, whose portfolio varied least over `window` sessions.

    Encodes no claim. The weights minimize the variance of the sample covariance (n − 1) of the last
    `window` daily returns. A sector that lacks a return in the window, or did not move over it,
    gets nothing. It first buys after the first session on which a
    sector has a weight, then orders on the schedule's sessions only.
    """

    window: int = parameter("of the covariance", 120, "sessions", least=2)
    rebalance: str = restored()

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the weights on the first session that has any, and on the schedule's."""
        weights = minimum_variance(market, window=self.window, schedule=self.rebalance)
        return self.limited(market, weights)
