"""SectorMomentum: the strongest sectors, whatever the thesis says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.market.schedule import ordering_sessions
from backtest.parameter import parameter
from backtest.strategy import Strategy, restored
from backtest.strategy.allocation import sector_weights
from backtest.strategy.limits import Limits


@dataclass(frozen=True)
class SectorMomentum(Limits, Strategy):
    """Hold the `top` sectors by mean rank of their returns over several windows.

    Encodes no claim. After a session that orders, sectors are placed by the sum of their ranks over
    `windows`, the highest return of each window first (equal returns share the mean of their
    ranks). Ranked in a window are all sectors that have a return over it, but one without a return
    over every window has no place. Equal sums are placed by the return over the longest window,
    then by the larger mean traded value over it (of the sessions that have one; 0 where none has),
    then by name. Returns and traded values end `skip` sessions ago, which leaves out the sessions
    where reversal lives.

    A held sector is kept while its place is within `top` + `band` (hysteresis), which spares trades
    at the margin; the best placed of the others fill up to `top`. All that are held weigh the same.
    It first buys after the first session on which a sector has a place, then orders on the
    schedule's sessions only.
    """

    windows: tuple[int, ...] = parameter(
        "over which returns are ranked", (60, 120, 240), "sessions", least=1
    )
    top: int = parameter("how many are held", 5, "sectors", least=1)
    band: int = parameter("how far below the top one is kept", 3, "places", least=0)
    skip: int = parameter("how many recent ones are left out", 0, "sessions", least=0)
    rebalance: str = restored()

    def __post_init__(self) -> None:
        if not self.windows:
            raise UserError(
                "windows was {windows}; give one or more numbers of sessions", windows=self.windows
            )

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return equal weights on the chosen sectors, on the sessions that order."""
        sectors = sorted(market.sector_close.columns)
        close = market.sector_close[sectors].shift(self.skip)
        ranks = [
            close.pct_change(window, fill_method=None).rank(axis=1, ascending=False)
            for window in self.windows
        ]
        total = sum(ranks[1:], ranks[0])
        score, placed = total.to_numpy(), total.notna().to_numpy()
        longest = max(self.windows)
        last = ranks[self.windows.index(longest)].to_numpy()
        traded = np.zeros(score.shape)
        if market.turnover is not None:
            recent = market.sector_turnover[sectors].shift(self.skip)
            traded = recent.rolling(longest, min_periods=1).mean().fillna(0.0).to_numpy()
        weights = np.full(score.shape, np.nan)
        held = np.zeros(len(sectors), dtype=bool)
        for row in ordering_sessions(total.notna().any(axis=1), self.rebalance):
            order = np.lexsort((-traded[row], last[row], score[row]))
            order = order[placed[row][order]]
            kept = [k for k in order[: self.top + self.band] if held[k]]
            others = [k for k in order if k not in kept]
            chosen = [*kept, *others[: max(0, self.top - len(kept))]]
            held = np.isin(np.arange(len(sectors)), chosen)
            weights[row] = held / held.sum()
        frame = pd.DataFrame(weights, index=close.index, columns=close.columns)
        return self.limited(market, sector_weights(market, frame))
