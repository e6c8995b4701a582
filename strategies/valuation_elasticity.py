"""ValuationElasticity: when rates fall, the NQP track with the lowest valuation (R7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import spread
from backtest.triggers import (
    Always,
    Latch,
    LowestValuation,
    OrElse,
    RateBelowAverage,
    RateFall,
    Trigger,
    in_force,
)
from strategies.taxonomy import NQP, TRACKS, TRADITIONAL


@dataclass(frozen=True)
class ValuationElasticity(TriggerRotation):
    """While rates fall hold the NQP track whose valuation has the most room.

    Claim R7, with R4 to set it off: rates fall once the ten-year yield is `fall_bp` or more lower
    than `fall_window` sessions ago (`RateFall`) and below its average of `rate_window` sessions
    (`RateBelowAverage`), until it is no longer below that average (`Latch`). Each track has a sign
    while its PE percentile of `years` years is the lowest of the tracks' (`LowestValuation`); where
    the market carries no PE of them, or until it is known, the percentile of its price index tells
    (`OrElse`). The track whose sign was the last to stand `confirm` sessions in a row is held while
    rates fall (`in_force`), all tracks before one has; traditional chains while rates do not fall.

    Refuted if the track held does no better than the NQP tracks together.
    """

    claims: ClassVar[tuple[str, ...]] = ("R4", "R7")
    basket_parameters: ClassVar[tuple[str, ...]] = ()

    fall_bp: float = parameter("how far the yield must have fallen", 10.0, "basis points")
    fall_window: int = parameter("over which the fall is measured", 60, "sessions", least=1)
    rate_window: int = parameter("of the yield's average", 120, "sessions", least=1)
    years: float = parameter("of the percentiles", 5.0, "years", above=0)
    confirm: int = parameter("for which a track has to be the lowest", 20, "sessions", least=1)

    @property
    def easing(self) -> Trigger:
        """Whether rates are falling: on by a fall, off above the average."""
        below = RateBelowAverage(self.rate_window)
        return Latch(enter=RateFall(self.fall_bp, self.fall_window) & below, leave=~below)

    def lowest(self, track: str) -> Trigger:
        """Whether a track's valuation is the lowest: by PE, else by price."""
        others = tuple(basket.sectors for name, basket in TRACKS.items() if name != track)
        by_pe, by_price = (
            LowestValuation(TRACKS[track].sectors, others, self.years, measure)
            for measure in ("pe", "price")
        )
        return OrElse(by_pe, by_price)

    def rules(self) -> Mapping[str, Trigger]:
        """Return the tracks while rates fall, "nqp" before one is the lowest, "traditional"."""
        held = in_force({track: self.lowest(track) for track in TRACKS}, self.confirm)
        tracks = {track: self.easing & sign for track, sign in held.items()}
        return {**tracks, "nqp": self.easing, "traditional": Always()}

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the three tracks, all of them, and the traditional chains."""
        chosen = (*TRACKS.values(), NQP, TRADITIONAL)
        return {basket.name: spread(market, basket) for basket in chosen}
