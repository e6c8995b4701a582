"""What a strategy decides on a market: regime, baskets and target weights, each computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

import pandas as pd

from backtest.market import Market
from backtest.strategy.strategy import RotationStrategy, Strategy, held_weights


@dataclass(frozen=True, eq=False)
class Decisions:
    """One strategy's decisions on all sessions of one market, computed when first asked for."""

    strategy: Strategy
    market: Market

    @cached_property
    def regime(self) -> pd.Series:
        """Name of what the strategy wants to hold, decided after each session."""
        return self.strategy.regime(self.market)

    @cached_property
    def baskets(self) -> Mapping[str, pd.DataFrame]:
        """Weights of each basket, session × instrument; empty for what is no rotation."""
        strategy = self.strategy
        return strategy.baskets(self.market) if isinstance(strategy, RotationStrategy) else {}

    @cached_property
    def targets(self) -> pd.DataFrame:
        """Target weights as `Strategy.target_weights` returns them."""
        if rotates(self.strategy):
            return held_weights(self.regime, self.baskets, self.strategy.rebalance, self.market)
        return self.strategy.target_weights(self.market)


def rotates(strategy: Strategy) -> TypeGuard[RotationStrategy]:
    """Say whether a strategy's weights are those of its regime's basket and nothing else."""
    mine = getattr(type(strategy), "target_weights", None)
    return isinstance(strategy, RotationStrategy) and mine is RotationStrategy.target_weights
