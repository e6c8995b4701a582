"""ThesisRotation: the full thesis (R1, R2, R4, R5, R7, R8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.strategy import TriggerRotation, at_least, fraction
from backtest.strategy.allocation import bonds, spread, tilt
from backtest.triggers import (
    AbnormalMove,
    Always,
    AnyOf,
    Confidence,
    Confirmed,
    Latch,
    MinHold,
    RateBelowAverage,
    RateFall,
    Recently,
    Trigger,
)
from strategies.taxonomy import NQP, TRACKS, TRADITIONAL


@dataclass(frozen=True)
class ThesisRotation(TriggerRotation):
    """When rates fall and confidence recovers, leave traditional chains for NQP tracks.

    The trigger is R4 and R5 together: the ten-year yield is `fall_bp` lower than `fall_window`
    sessions ago and below its average of `rate_window`, and `confidence` of the four signs of risk
    appetite show. It holds until the yield has been above its average, or fewer than one sign less
    have shown, for `leave_after` sessions, and at least `min_hold` sessions (R7 is what is then
    held). Otherwise traditional chains are held (R2); while risk appetite is low, fewer than two
    signs (R1), the fraction `sleeve` of them gives way to bonds, or to cash where no bond fund is
    listed. After a breakthrough in a track (R8) the fraction `overlay` goes to NQP tracks for
    `breakthrough_hold` sessions.

    Refuted if the NQP tracks trail traditional chains while the trigger is on, or if the switches
    do no better than the same number of switches at random dates.
    """

    claims: ClassVar[tuple[str, ...]] = ("R1", "R2", "R4", "R5", "R7", "R8")

    fall_bp: float = 10.0
    fall_window: int = 60
    rate_window: int = 120
    confidence: int = 3
    trend_window: int = 120
    breadth: float = 0.5
    leave_after: int = 10
    min_hold: int = 20
    sleeve: float = 0.5
    overlay: float = 0.2
    breakthrough_sigmas: float = 2.5
    breakthrough_hold: int = 20
    series: str = "rate"

    def __post_init__(self) -> None:
        super().__post_init__()
        fraction("sleeve", self.sleeve)
        fraction("overlay", self.overlay)
        at_least("breakthrough_sigmas", self.breakthrough_sigmas, 0)
        _ = self.rotate, self.breakthrough

    @property
    def rotate(self) -> Trigger:
        """The rotation trigger: rates fall and confidence recovers, latched and held."""
        below = RateBelowAverage(self.rate_window, series=self.series)
        easing = RateFall(self.fall_bp, self.fall_window, self.series) & below
        keeps = below & self._signs(max(1, self.confidence - 1))
        latch = Latch(
            enter=easing & self._signs(self.confidence),
            leave=Confirmed(~keeps, self.leave_after),
        )
        return MinHold(latch, self.min_hold)

    @property
    def low_appetite(self) -> Trigger:
        """Risk appetite is low: at most one of the four signs has shown for `leave_after`."""
        return Confirmed(~self._signs(2), self.leave_after)

    @property
    def breakthrough(self) -> Trigger:
        """An abnormal move on abnormal turnover in one of the tracks, not long ago."""
        moves = (AbnormalMove(t.sectors, self.breakthrough_sigmas) for t in TRACKS.values())
        return Recently(AnyOf(tuple(moves)), self.breakthrough_hold)

    def _signs(self, count: int) -> Trigger:
        return Confidence(count, self.trend_window, self.breadth)

    def rules(self) -> Mapping[str, Trigger]:
        """Return "nqp", else "breakthrough", "defensive" or "traditional", in that order."""
        overlay = {"breakthrough": self.breakthrough} if self.overlay > 0 else {}
        return {
            "nqp": self.rotate,
            **overlay,
            "defensive": self.low_appetite,
            "traditional": Always(),
        }

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return what each regime holds."""
        traditional, nqp = spread(market, TRADITIONAL), spread(market, NQP)
        return {
            "traditional": traditional,
            "defensive": tilt(traditional, bonds(market), self.sleeve),
            "breakthrough": tilt(traditional, nqp, self.overlay),
            "nqp": nqp,
        }
