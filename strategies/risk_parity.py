"""RiskParity: every sector carries the same risk."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.market.schedule import check_schedule
from backtest.strategy import Strategy, at_least
from backtest.strategy.allocation import risk_parity


@dataclass(frozen=True)
class RiskParity(Strategy):
    """Let every sector contribute the same share of the portfolio's variance.

    Encodes no claim. Equal risk contribution with the covariance of `window` sessions; starts once
    a sector has a full window.
    """

    window: int = 120
    rebalance: str = "monthly"

    def __post_init__(self) -> None:
        at_least("window", self.window, 2)
        check_schedule(self.rebalance)

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the weights on the schedule's sessions."""
        return risk_parity(market, window=self.window, schedule=self.rebalance)
