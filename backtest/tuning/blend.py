"""The blend: a strategy's baskets held without switching, to compare with."""

from __future__ import annotations

import pandas as pd

from backtest.costs import Costs
from backtest.engine.simulate import simulate
from backtest.market import Market
from backtest.strategy import RotationStrategy, Strategy, TriggerRotation
from backtest.strategy.allocation import equal, rebalanced


def blend_targets(strategy: Strategy, market: Market) -> pd.DataFrame:
    """Return all of a rotation's baskets in equal parts, restored monthly; overlays left out.

    What a rotation earns beyond this it earned by when it switched. A strategy that is no rotation
    is compared with all sectors in equal parts.
    """
    if not isinstance(strategy, RotationStrategy):
        return rebalanced(equal(market), "monthly")
    held = strategy.weighed(market)
    ruled = strategy.rules() if isinstance(strategy, TriggerRotation) else strategy.baskets(market)
    baskets = [weights for name, weights in held.items() if name in ruled]
    mixed = sum(baskets[1:], baskets[0]) / len(baskets)
    return rebalanced(mixed, "monthly")


def blend_returns(
    strategy: Strategy, market: Market, *, costs: Costs, fill: str, cash: float, first: int
) -> pd.Series:
    """Return the blend's daily returns at the same costs from session `first` on."""
    equity = simulate(
        blend_targets(strategy, market), market, costs=costs, fill=fill, cash=cash, first=first
    ).equity
    return (equity / equity.shift(fill_value=cash) - 1.0).rename("blend")
