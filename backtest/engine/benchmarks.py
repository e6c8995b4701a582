"""What a backtest is compared with: the market's benchmark, and all its sectors alike."""

from __future__ import annotations

import pandas as pd

from backtest.market import Market
from backtest.market.market import EQUAL_WEIGHT


def benchmark_levels(market: Market) -> dict[str, pd.Series]:
    """Return price indices to compare with, by name; the market's own benchmark first."""
    name = market.universe.by_id[market.universe.benchmark].name
    return {name: market.benchmark, EQUAL_WEIGHT: market.equal_weight}


def benchmark_returns(market: Market, first: int = 0) -> dict[str, pd.Series]:
    """Return their daily returns from session `first` on; a benchmark without prices is absent."""
    found = {name: level_returns(level, first) for name, level in benchmark_levels(market).items()}
    return {name: returns for name, returns in found.items() if not returns.isna().all()}


def level_returns(level: pd.Series, first: int) -> pd.Series:
    """Return simple returns from session `first` on; 0 on a market's very first session."""
    moved = level.pct_change(fill_method=None)
    if first == 0 and len(level) and pd.notna(level.iloc[0]):
        moved.iloc[0] = 0.0
    return moved.iloc[first:]
