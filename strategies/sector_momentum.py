"""SectorMomentum: the strongest sectors, whatever the thesis says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.market.schedule import check_schedule, due_sessions
from backtest.strategy import Strategy, at_least
from backtest.strategy.allocation import sector_weights


@dataclass(frozen=True)
class SectorMomentum(Strategy):
    """Hold the `top` sectors by mean rank of their returns over several windows.

    Encodes no claim. A held sector is kept while it ranks within `top` + `band` (hysteresis), which
    spares trades at the margin. `skip` leaves out the most recent sessions, where reversal lives.
    """

    windows: tuple[int, ...] = (60, 120, 240)
    top: int = 5
    band: int = 3
    skip: int = 0
    rebalance: str = "monthly"

    def __post_init__(self) -> None:
        check_schedule(self.rebalance)
        at_least("top", self.top, 1)
        at_least("band", self.band, 0)
        at_least("skip", self.skip, 0)
        if not self.windows or min(self.windows) < 1:
            raise UserError(f"windows was {self.windows}; give one or more numbers of sessions")

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return equal weights on the chosen sectors, on the schedule's sessions."""
        close = market.sector_close[sorted(market.sector_close.columns)].shift(self.skip)
        ranks = [
            close.pct_change(window, fill_method=None).rank(axis=1, ascending=False)
            for window in self.windows
        ]
        score = sum(ranks[1:], ranks[0])
        place = score.rank(axis=1, method="first").to_numpy()
        due = due_sessions(market.sessions, self.rebalance).to_numpy()
        weights = np.full(place.shape, np.nan)
        held = np.zeros(place.shape[1], dtype=bool)
        for row in np.flatnonzero(due & np.isfinite(place).any(axis=1)):
            order = np.nan_to_num(place[row], nan=np.inf)
            keep = held & (order <= self.top + self.band)
            wanting = np.where(keep, np.inf, order)
            entrants = np.argsort(wanting, kind="stable")[: max(0, self.top - int(keep.sum()))]
            held = keep.copy()
            held[entrants[np.isfinite(wanting[entrants])]] = True
            weights[row] = held / held.sum()
        frame = pd.DataFrame(weights, index=close.index, columns=close.columns)
        return sector_weights(market, frame)
