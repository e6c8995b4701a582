"""ThesisRotation: the full thesis (R1, R2, R4, R5, R7, R8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import bonds, present, tilt
from backtest.strategy.holding import overlaid
from backtest.triggers import (
    AbnormalMove,
    Always,
    Confidence,
    Confirmed,
    Latch,
    MinHold,
    RateBelowAverage,
    RateFall,
    Recently,
    Trigger,
)
from strategies.sides import SIDES, TwoSides
from strategies.taxonomy import TRACKS


@dataclass(frozen=True)
class ThesisRotation(TwoSides, TriggerRotation):
    """When rates fall and confidence recovers, leave traditional chains for NQP tracks.

    The trigger is R4 and R5 together. It turns on after a session on which the yield is `fall_bp`
    or more lower than `fall_window` sessions ago (`RateFall`) and below its average of
    `rate_window` sessions (`RateBelowAverage`), and `confidence` or more of the four signs of risk
    appetite show (`Confidence` with `trend_window` and `breadth`). It turns off after
    `leave_after` sessions in a row on each of which the yield was not below that average, or fewer
    than `confidence` − 1 signs showed (never fewer than 1 are asked for); the two may take turns
    within the run. What is to turn it on and off on one session turns it off (`Latch`), and every
    turn stands for `min_hold` sessions (`MinHold`).

    While it is on the NQP tracks are held (R7), the regime "nqp"; otherwise traditional chains
    (R2), "traditional". While risk appetite is low (R1), fewer than two signs on each of
    `leave_after` sessions in a row, and the trigger is off, the regime is "defensive": the fraction
    `sleeve` of the traditional chains gives way to bonds, or to cash where no bond fund is listed.

    For `breakthrough_hold` sessions after a track broke out (R8: `AbnormalMove` with
    `breakthrough_sigmas`, `Recently`; the session itself is the first) the fraction `overlay` of
    all that is not in the sleeve goes to that track, whatever is held; if several tracks did, they
    share it equally. The regime then has "+" and the track's name behind it, in the order of the
    tracks. What cannot be known yet turns nothing on.

    Refuted if the NQP tracks trail traditional chains while the trigger is on, or if the switches
    do no better than the same number of switches at random dates.
    """

    claims: ClassVar[tuple[str, ...]] = ("R1", "R2", "R4", "R5", "R7", "R8")
    must_lead: ClassVar[Mapping[str, str]] = {"nqp": "traditional"}
    basket_parameters: ClassVar[tuple[str, ...]] = (*SIDES, "sleeve", "overlay")

    fall_bp: float = parameter("how far the yield must have fallen", 10.0, "basis points")
    fall_window: int = parameter("over which the fall is measured", 60, "sessions", least=1)
    rate_window: int = parameter("of the yield's average", 120, "sessions", least=1)
    confidence: int = parameter("how many signs have to show", 3, "signs", least=1, most=4)
    trend_window: int = parameter("of the broad index's average", 120, "sessions", least=1)
    breadth: float = parameter(
        "which part of the sectors has to be above its average", 0.5, "fraction", least=0, most=1
    )
    leave_after: int = parameter("after which absent signs count", 10, "sessions", least=1)
    min_hold: int = parameter("for which a turn of the trigger stands", 20, "sessions", least=1)
    sleeve: float = parameter(
        "what part is in bonds while appetite is low", 0.5, "fraction", least=0, most=1
    )
    overlay: float = parameter(
        "what part goes to tracks that broke out; 0 for none", 0.2, "fraction", least=0, most=1
    )
    breakthrough_sigmas: float = parameter(
        "how far a track must beat the market", 2.5, "standard deviations", least=0
    )
    breakthrough_hold: int = parameter("for which the overlay stays", 20, "sessions", least=1)
    series: str = parameter("the yield's series; \"rate\" is the universe's ten-year yield", "rate")

    @property
    def rotate(self) -> Trigger:
        """The rotation trigger: rates fall and confidence recovers, latched and held."""
        below = RateBelowAverage(self.rate_window, series=self.series)
        easing = RateFall(self.fall_bp, self.fall_window, self.series) & below
        keeps = below & self._signs(max(1, self.confidence - 1))
        latch = Latch(
            enter=easing & self._signs(self.confidence), leave=Confirmed(~keeps, self.leave_after)
        )
        return MinHold(latch, self.min_hold)

    def _signs(self, count: int) -> Trigger:
        return Confidence(count, self.trend_window, self.breadth)

    def rules(self) -> Mapping[str, Trigger]:
        """Return "nqp", else "defensive" or "traditional", in that order."""
        low_appetite = Confirmed(~self._signs(2), self.leave_after)
        return {"nqp": self.rotate, "defensive": low_appetite, "traditional": Always()}

    def overlays(self) -> Mapping[str, Trigger]:
        """Return the tracks, each for a while after an abnormal move on abnormal turnover."""
        return {
            name: Recently(
                AbnormalMove(track.sectors, self.breakthrough_sigmas), self.breakthrough_hold
            )
            for name, track in TRACKS.items()
            if self.overlay > 0
        }

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return what each regime holds; a track the market has nothing of cannot break out."""
        held = overlaid(super().baskets(market), present(market, TRACKS), self.overlay)
        refuge = bonds(market)
        defensive = {
            name.replace("traditional", "defensive"): tilt(weights, refuge, self.sleeve)
            for name, weights in held.items()
            if name.startswith("traditional")
        }
        return held | defensive
