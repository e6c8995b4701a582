"""BreakthroughOverlay: any strategy, tilted to a track after a breakthrough in it (R8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from backtest.market import Market
from backtest.strategy import Strategy, at_least, fraction
from backtest.strategy.allocation import cash, spread, tilt
from backtest.triggers import AbnormalMove, Recently, Trigger
from strategies.rate_rotation import RateRotation
from strategies.taxonomy import TRACKS


@dataclass(frozen=True)
class BreakthroughOverlay(Strategy):
    """Move a fraction of any strategy into a track for a while after it breaks out.

    Claim R8: for `hold` sessions after a track beats the market by `sigmas` standard deviations on
    abnormal turnover, the fraction `strength` of `inner` goes to that track, shared equally if
    several have.

    Refuted if tracks earn nothing abnormal after such moves.
    """

    claims: ClassVar[tuple[str, ...]] = ("R8",)

    inner: Strategy = field(default_factory=RateRotation)
    strength: float = 0.2
    sigmas: float = 2.5
    hold: int = 20

    def __post_init__(self) -> None:
        fraction("strength", self.strength)
        at_least("sigmas", self.sigmas, 0)
        at_least("hold", self.hold, 1)

    def triggers(self) -> Mapping[str, Trigger]:
        """Return what tilts to each track."""
        return {
            name: Recently(AbnormalMove(track.sectors, self.sigmas), self.hold)
            for name, track in TRACKS.items()
        }

    def events(self, market: Market) -> pd.DataFrame:
        """Say for which tracks the overlay is on, session × track."""
        return pd.DataFrame(
            {
                name: trigger.fires(market)
                for name, trigger in self.triggers().items()
                if any(sector in market.by_sector for sector in TRACKS[name].sectors)
            }
        )

    def regime(self, market: Market) -> pd.Series:
        """Return what `inner` holds, followed by the tracks it is tilted to."""
        regime = self.inner.regime(market)
        for name, active in self.events(market).items():
            regime = regime.where(~active, regime.astype(str) + f"+{name}")
        return regime

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the inner weights, tilted; a row orders when either of the two changes."""
        inner = self.inner.target_weights(market)
        active = self.events(market)
        count = active.sum(axis=1)
        toward = cash(market)
        for name in active.columns:
            share = (active[name] / count.where(count > 0)).fillna(0.0)
            toward += spread(market, TRACKS[name]).mul(share, axis=0)
        orders = inner.notna().any(axis=1)
        base = inner.fillna(0.0).where(orders, np.nan).ffill()
        tilted = tilt(base, toward, self.strength).where(count > 0, base)
        moved = active.ne(active.shift(fill_value=False)).any(axis=1) & base.notna().any(axis=1)
        return tilted.where(orders | moved, np.nan)
