"""Limits: the largest weight of an instrument, and the volatility a portfolio may have."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.parameter import parameter

LIMITS = ("max_weight", "volatility")
VOLATILITY_WINDOW = 60  # sessions


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What weights are held to before they are ordered."""

    max_weight: float = parameter(
        "the largest weight of an instrument of a sector", 1.0, "fraction", above=0, most=1
    )
    volatility: float | None = parameter(
        "the volatility above which a part stays in cash, or none", None, "fraction a year", above=0
    )

    def limited(self, market: Market, weights: pd.DataFrame) -> pd.DataFrame:
        """Return weights within the limits: first the largest weight, then the volatility."""
        if self.max_weight < 1.0:
            held = {name for names in market.by_sector.values() for name in names}
            names = [name for name in weights.columns if name in held]
            weights = weights.copy()
            weights[names] = cap(weights[names], self.max_weight)
        if self.volatility is not None:
            weights = at_volatility(market, weights, self.volatility)
        return weights


def cap(weights: pd.DataFrame, limit: float) -> pd.DataFrame:
    """Cut every weight to `limit` and hand the excess to the others in proportion.

    Where even equal weights would exceed the limit the rest stays in cash.
    """
    if not 0 < limit <= 1:
        raise UserError("limit was {limit}; give a fraction above 0 and up to 1", limit=limit)
    capped = weights
    for _ in range(weights.shape[1]):
        over = capped > limit + 1e-15
        if not over.to_numpy().any():
            break
        excess = (capped - limit).where(over, 0.0).sum(axis=1)
        capped = capped.mask(over, limit)
        room = capped.where(capped < limit, 0.0)
        total = room.sum(axis=1)
        capped = capped + room.mul((excess / total.where(total > 0)).fillna(0.0), axis=0)
    return capped


def at_volatility(
    market: Market, weights: pd.DataFrame, target: float, *, window: int = VOLATILITY_WINDOW
) -> pd.DataFrame:
    """Scale rows down to a volatility a year; what is left stays in cash.

    The volatility of a row is the sample standard deviation (n − 1) that its weights would have had
    over the last `window` daily returns, of the sessions on which all that is held has one, times
    the square root of the universe's sessions a year. A row with fewer than two stays as it is.
    """
    returns = market.close[weights.columns].pct_change(fill_method=None).to_numpy(dtype=float)
    numbers = weights.to_numpy(dtype=float)
    scale = np.ones(len(numbers))
    for row in np.flatnonzero((np.nan_to_num(numbers) > 0.0).any(axis=1)):
        held = np.nan_to_num(numbers[row]) > 0.0
        recent = returns[max(row + 1 - window, 0) : row + 1, held] @ numbers[row, held]
        known = recent[np.isfinite(recent)]
        if len(known) > 1:
            volatility = known.std(ddof=1) * np.sqrt(market.universe.sessions_per_year)
            scale[row] = min(1.0, target / volatility) if volatility > 0.0 else 1.0
    return weights.mul(scale, axis=0)
