"""RiskParity: every sector carries the same risk."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import Strategy, restored
from backtest.strategy.allocation import risk_parity
from backtest.strategy.limits import Limits


@dataclass(frozen=True)
class RiskParity(Limits, Strategy):
    """Let every sector contribute the same share of the portfolio's variance.

    Encodes no claim. Equal risk contributions, no short positions, with the sample covariance
    (n − 1) of the last `window` daily returns of the sectors' indices; a sector that lacks one of
    them, or did not move at all, has no weight. It first buys after the first session on which a
    sector has a weight, then orders on the schedule's sessions only.
    """

    window: int = parameter("of daily returns measured", 120, "sessions", least=2)
    rebalance: str = restored()

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the weights on the first session that has any, and on the schedule's."""
        weights = risk_parity(market, window=self.window, schedule=self.rebalance)
        return self.limited(market, weights)
