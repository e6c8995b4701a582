"""What a strategy decides on a market: regime, baskets and target weights, each computed once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

import pandas as pd

from backtest.market import Market
from backtest.strategy.holding import CASH, check_names, fitted, held_weights, named
from backtest.strategy.strategy import RotationStrategy, Strategy


@dataclass(frozen=True, eq=False)
class Decisions:
    """One strategy's decisions on all sessions of one market, computed when first asked for."""

    strategy: Strategy
    market: Market

    @cached_property
    def regime(self) -> pd.Series:
        """Name of what the strategy wants to hold, decided after each session.

        "cash" where it names nothing; for what is no rotation, also where all its weights are 0.
        """
        strategy, who = self.strategy, type(self.strategy).__name__
        if isinstance(strategy, RotationStrategy):
            return strategy.named(self.market)
        wanted = fitted(self.targets, self.market)
        asked = wanted.where(wanted.isna().all(axis=1), wanted.fillna(0.0)).ffill()
        regime = named(who, strategy.regime(self.market), self.market)
        return regime.where(asked.sum(axis=1) > 0, CASH)

    @cached_property
    def baskets(self) -> Mapping[str, pd.DataFrame]:
        """Weights of each basket, session × instrument; empty for what is no rotation."""
        strategy = self.strategy
        if not isinstance(strategy, RotationStrategy):
            return {}
        found = strategy.weighed(self.market)
        strategy.check_rules(found)
        return found

    @cached_property
    def targets(self) -> pd.DataFrame:
        """Target weights as `Strategy.target_weights` returns them."""
        if rotates(self.strategy):
            check_names(type(self.strategy).__name__, self.regime, self.baskets)
            return held_weights(self.regime, self.baskets, self.strategy.rebalance, self.market)
        return self.strategy.target_weights(self.market)


def rotates(strategy: Strategy) -> TypeGuard[RotationStrategy]:
    """Say whether a strategy's weights are those of its regime's basket and nothing else."""
    mine = getattr(type(strategy), "target_weights", None)
    return isinstance(strategy, RotationStrategy) and mine is RotationStrategy.target_weights
