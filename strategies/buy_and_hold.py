"""BuyAndHold: buy once, never trade again; the plainest thing to compare with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import Strategy
from strategies.sides import held


@dataclass(frozen=True)
class BuyAndHold(Strategy):
    """Buy a basket (all sectors by default) after the first session and let it drift.

    Encodes no claim. It orders once, after the first session on which something of the basket is
    listed; what is listed later is not bought.
    """

    basket: str = parameter(
        'the basket bought, or sectors or instruments, as banks,coal; "all" for every sector', "all"
    )

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the basket's weights on the first session that has any, NaN elsewhere."""
        weights = held(market, self.basket)
        invested = weights.sum(axis=1) > 0
        return weights.where(invested & (invested.cumsum() == 1), np.nan)
