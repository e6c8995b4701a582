"""IndicatorTilt: more of the tracks and sectors whose indicators score higher (M1, M2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from backtest.composite import PILLARS, Framework, composite, load_framework
from backtest.errors import UserError
from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import Strategy, restored
from backtest.strategy.allocation import rebalanced, spread
from strategies.taxonomy import NQP, TRACKS

NEUTRAL, DEVIATION = 50.0, 10.0  # points of a score, see backtest.composite
LARGEST = 3.0  # deviations that count


@dataclass(frozen=True)
class IndicatorTilt(Strategy):
    """Hold the NQP tracks, tilted to where potential, supply, demand and distribution score high.

    Claims M1 and M2: development is measured by four families of indicators, which come and go.
    The score of a track is the mean of the points of its pillars (the unlinked level of
    `backtest.composite.composite`) that are known, each by its weight here, from the framework's
    indicators that speak of the track; a sector's, from those that stand for any track, measured on
    it alone. A score counts in deviations: ten points from 50 are one, and more than three count as
    three; what cannot be scored yet counts as none. Every instrument of the NQP basket gets its
    weight there times exp(`between` × its track's score + `within` × its sector's), scaled so that
    the sum is the basket's; 0 and 0 hold the basket itself. It orders on the schedule's sessions,
    and where the set of instruments with a weight changes.

    Under "min-max", "rank" and "distance" points run from 0 to 100 and are no standard deviations,
    so five of them are not rare. With the weights here no sector is tilted by more than exp(2.25),
    9.5 times.

    Refuted if the tilted basket trails the basket itself.
    """

    claims: ClassVar[tuple[str, ...]] = ("M1", "M2")

    framework: str | Framework = parameter("a framework, its name or path", "observable")
    between: float = parameter("how far tracks are tilted", 0.5, "per deviation", least=0)
    within: float = parameter("how far sectors are tilted", 0.25, "per deviation", least=0)
    potential: float = parameter("the weight of the pillar potential", 1.0, least=0)
    supply: float = parameter("the weight of the pillar supply", 1.0, least=0)
    demand: float = parameter("the weight of the pillar demand", 1.0, least=0)
    distribution: float = parameter("the weight of the pillar distribution", 1.0, least=0)
    rebalance: str = restored()

    def __post_init__(self) -> None:
        if not any(getattr(self, name) for name in PILLARS):
            raise UserError(
                "{pillars} are all 0; give at least one pillar a weight", pillars=", ".join(PILLARS)
            )
        _ = self.by_track

    @property
    def by_track(self) -> Framework:
        """The framework on the thesis's tracks."""
        tracks = tuple((name, basket.sectors) for name, basket in TRACKS.items())
        given = self.framework
        chosen = given if isinstance(given, Framework) else load_framework(given)
        return replace(chosen, tracks=tracks)

    @property
    def by_sector(self) -> Framework | None:
        """The framework's indicators of any track, on single sectors; None where it has none."""
        anywhere = tuple(one for one in self.by_track.indicators if one.by_track)
        sectors = tuple((name, (name,)) for name in NQP.sectors)
        return replace(self.by_track, indicators=anywhere, tracks=sectors) if anywhere else None

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the tilted basket on the schedule's sessions and when a sector is listed."""
        base = spread(market, NQP)
        names = {sector: list(market.by_shenwan.get(sector, ())) for sector in NQP.sectors}
        tilts = pd.DataFrame(0.0, index=base.index, columns=base.columns)
        for track, basket in TRACKS.items():
            score = self.between * self.score(market, self.by_track, track)
            for sector in basket.sectors:
                own = self.within * self.score(market, self.by_sector, sector)
                for name in names[sector]:
                    tilts[name] = score + own
        tilted = base * np.exp(tilts)
        total = tilted.sum(axis=1)
        scale = base.sum(axis=1) / total.where(total > 0)
        return rebalanced(tilted.mul(scale.fillna(0.0), axis=0), self.rebalance)

    def score(self, market: Market, framework: Framework | None, about: str) -> pd.Series:
        """Return the weighted mean of the pillars about a track or sector, in deviations."""
        asked = None if framework is None else framework.about(about)
        if asked is None or not market.sectors_of(dict(asked.tracks)[about]):
            return pd.Series(0.0, index=market.sessions)
        points = composite(market, asked).unlinked.drop(columns="all")
        weights = pd.Series({pillar: getattr(self, pillar) for pillar in asked.pillars})
        total = points.notna().mul(weights).sum(axis=1)
        mean = points.mul(weights).sum(axis=1) / total.where(total > 0)
        return ((mean - NEUTRAL) / DEVIATION).clip(-LARGEST, LARGEST).fillna(0.0)
