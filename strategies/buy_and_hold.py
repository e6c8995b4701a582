"""BuyAndHold: buy once, never trade again; the plainest thing to compare with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError, suggest
from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import Strategy
from backtest.strategy.allocation import equal, spread
from strategies.taxonomy import BASKETS


@dataclass(frozen=True)
class BuyAndHold(Strategy):
    """Buy a basket (all sectors by default) after the first session and let it drift.

    Encodes no claim. It orders once, after the first session on which something of the basket is
    listed; what is listed later is not bought.
    """

    basket: str = parameter('the basket bought; "all" for every sector alike', "all")

    def __post_init__(self) -> None:
        if self.basket != "all" and self.basket not in BASKETS:
            known = ["all", *BASKETS]
            raise UserError(f"there is no basket {self.basket!r}; {suggest(self.basket, known)}")

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the basket's weights on the first session that has any, NaN elsewhere."""
        weights = equal(market) if self.basket == "all" else spread(market, BASKETS[self.basket])
        invested = weights.sum(axis=1) > 0
        return weights.where(invested & (invested.cumsum() == 1), np.nan)
