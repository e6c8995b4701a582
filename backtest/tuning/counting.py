"""Counting the variants of a sweep in the ledger, chunk by chunk."""

from __future__ import annotations

import numpy as np

from backtest.costs import CostModel
from backtest.engine.run import trial_prints
from backtest.market import Market
from backtest.trials.ledger import Ledger, window_of
from backtest.tuning.space import Variants


class Counted:
    """Counts variants in the ledger, chunk by chunk."""

    def __init__(
        self, variants: Variants, market: Market, costs: CostModel, fill: str, first: int
    ) -> None:
        swept = {name: variants.column(name) for name in variants.names}
        self.prints = trial_prints(variants.strategy, costs, fill, swept)
        self.family = type(variants.strategy).__name__
        self.snapshot = market.snapshot
        self.window = window_of(market.sessions[first:])
        self.ledger = Ledger.at_home()

    def record(self, rows: np.ndarray) -> None:
        """Record variants as tried."""
        tried = self.prints[rows] if len(self.prints) > 1 else self.prints
        self.ledger.record(self.family, self.snapshot, self.window, tried)
