"""ProsperityTrendCrowding: growing and rising sectors that are not crowded (景气度–趋势–拥挤度)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.market import Market
from backtest.market.schedule import ordering_sessions
from backtest.market.valuation import priced, valuations
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.strategy import Strategy, restored
from backtest.strategy.allocation import sector_weights
from backtest.triggers.crowding import crowding, without_turnover


@dataclass(frozen=True)
class ProsperityTrendCrowding(Strategy):
    """Hold the `top` sectors by growth of earnings and trend of prices, but none that is crowded.

    Encodes no claim: the sell side's rotation to hold others against. After a session that orders,
    sectors with a return over `trend` sessions are ranked by it, the highest first (equal ones
    share the mean of their ranks), and those with one by the growth of their earnings over as many
    sessions as a year has: the mean over their instruments of price over PE against then, where
    both are above 0. A sector's place is the mean of the ranks it has, by name where equal. Left
    out are sectors whose score of `Crowding` over `years` and `window` is `crowded` or more; one
    that is not known counts as not crowded. The first `top` weigh the same; cash where none is
    left. It first orders after the first session on which a sector has a return, then on the
    schedule's sessions.

    Where the market carries no PE of sectors, prosperity is left out, and the result says so.
    """

    top: int = parameter("how many are held", 5, "sectors", least=1)
    trend: int = parameter("over which returns are ranked", 120, "sessions", least=1)
    crowded: float = parameter(
        "the score from which a sector is left out", 0.8, "fraction", least=0, most=1
    )
    years: float = parameter("of the past crowding is measured against", 3.0, "years", above=0)
    window: int = parameter("over which crowding is measured", 20, "sessions", least=3)
    rebalance: str = restored()

    def remarks(self, market: Market) -> tuple[str, ...]:
        """Say that prosperity, or turnover in crowding, is left out, where it is."""
        left_out = Note("prosperity is left out: the market carries no PE of sectors")
        said = (left_out,) if self.prosperity(market).empty else ()
        return (*said, *without_turnover(market))

    def prosperity(self, market: Market) -> pd.DataFrame:
        """Return the growth of each sector's earnings over a year, session × sector."""
        ratios = valuations(market)
        earnings = (priced(market)[list(ratios.columns)] / ratios).where(ratios > 0)
        growth = earnings.pct_change(market.universe.sessions_per_year, fill_method=None)
        held = {
            sector: [name for name in members if name in growth.columns]
            for sector, members in market.by_sector.items()
        }
        known = {sector: growth[names].mean(axis=1) for sector, names in held.items() if names}
        return pd.DataFrame(known, index=market.sessions)

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return equal weights on the chosen sectors, on the sessions that order."""
        sectors = sorted(market.sector_close.columns)
        rising = market.sector_close[sectors].pct_change(self.trend, fill_method=None)
        growing = self.prosperity(market).reindex(columns=sectors)
        ranks = np.stack([part.rank(axis=1, ascending=False) for part in (rising, growing)])
        known = np.isfinite(ranks)
        place = np.nansum(ranks, axis=0) / np.maximum(known.sum(axis=0), 1)
        scores = {name: crowding(market, (name,), self.years, self.window) for name in sectors}
        able = known[0] & ~(pd.DataFrame(scores) >= self.crowded).to_numpy()
        weights = np.full(place.shape, np.nan)
        for row in ordering_sessions(rising.notna().any(axis=1), self.rebalance):
            order = np.argsort(place[row], kind="stable")
            chosen = order[able[row][order]][: self.top]
            weights[row] = 0.0
            weights[row, chosen] = 1.0 / max(1, len(chosen))
        return sector_weights(market, pd.DataFrame(weights, rising.index, rising.columns))
