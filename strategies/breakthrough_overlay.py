"""BreakthroughOverlay: any strategy, tilted to a track after a breakthrough in it (R8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import Strategy
from backtest.strategy.allocation import cash, present, tilt
from backtest.triggers import AbnormalMove, Recently, Trigger
from strategies.rate_rotation import RateRotation
from strategies.taxonomy import TRACKS


@dataclass(frozen=True)
class BreakthroughOverlay(Strategy):
    """Move a fraction of any strategy into a track for a while after it breaks out.

    Claim R8: for `hold` sessions after a track broke out (`AbnormalMove` with `sigmas`, `Recently`;
    the session itself is the first) the fraction `strength` of what `inner` has in sectors goes to
    that track; if several tracks did, they share it equally. What `inner` has in government bonds
    or in cash stays. After a session it orders where `inner` does, and, from the first order of
    `inner` on, where a track's overlay begins or ends: the weights `inner` ordered last, tilted to
    the tracks' weights of that session. The regime is that of `inner`, with "+" and the track's
    name behind it for each, in the order of the tracks. What cannot be known yet tilts nothing.

    Refuted if tracks earn nothing abnormal after such moves.
    """

    claims: ClassVar[tuple[str, ...]] = ("R8",)

    inner: Strategy = parameter("which strategy is tilted", RateRotation())
    strength: float = parameter(
        "what part goes to tracks that broke out", 0.2, "fraction", least=0, most=1
    )
    sigmas: float = parameter(
        "how far a track must beat the market", 2.5, "standard deviations", least=0
    )
    hold: int = parameter("for which the overlay stays", 20, "sessions", least=1)

    @property
    def rebalance(self) -> str:  # type: ignore[override]
        """That of `inner`."""
        return self.inner.rebalance

    def triggers(self) -> Mapping[str, Trigger]:
        """Return what tilts to each track."""
        return {
            f"+{name}": Recently(AbnormalMove(track.sectors, self.sigmas), self.hold)
            for name, track in TRACKS.items()
        }

    def events(self, market: Market) -> pd.DataFrame:
        """Say for which tracks the overlay is on, session × track; those the market has."""
        asked = self.triggers()
        return pd.DataFrame(
            {name: asked[f"+{name}"].fires(market) for name in present(market, TRACKS)},
            index=market.sessions,
        )

    def regime(self, market: Market) -> pd.Series:
        """Return what `inner` holds, followed by the tracks it is tilted to."""
        regime = self.inner.regime(market)
        for name, active in self.events(market).items():
            regime = regime.where(~active, regime.astype(str) + f"+{name}")
        return regime

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the inner weights, tilted; a row orders when either of the two changes."""
        inner = self.inner.target_weights(market).reindex(columns=market.close.columns)
        active = self.events(market)
        count = active.sum(axis=1)
        toward = cash(market)
        for name, weights in present(market, TRACKS).items():
            share = (active[name] / count.where(count > 0)).fillna(0.0)
            toward += weights.mul(share, axis=0)
        orders = inner.notna().any(axis=1)
        base = inner.fillna(0.0).where(orders, np.nan).ffill()
        sectors = [one for names in market.by_sector.values() for one in names]
        invested = base[sorted(sectors)].sum(axis=1)
        kept = base.assign(**dict.fromkeys(sectors, 0.0))
        tilted = tilt(base - kept, toward.mul(invested, axis=0), self.strength) + kept
        moved = active.ne(active.shift(fill_value=False)).any(axis=1) & base.notna().any(axis=1)
        return tilted.where(count > 0, base).where(orders | moved, np.nan)
