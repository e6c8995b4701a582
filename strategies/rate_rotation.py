"""RateRotation: falling rates alone turn the portfolio to NQP (R4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.triggers import Always, Latch, MinHold, RateBelowAverage, RateFall, Trigger
from strategies.sides import SIDES, TwoSides


@dataclass(frozen=True)
class RateRotation(TwoSides, TriggerRotation):
    """Leave traditional chains for NQP tracks while the ten-year yield falls.

    Claim R4 on its own: enter once the yield is `fall_bp` or more lower than `fall_window` sessions
    ago (`RateFall`) and below its average of `rate_window` sessions (`RateBelowAverage`); leave
    once it is no longer below that average (`Latch`). A switch stands for at least `min_hold`
    sessions (`MinHold`). Until something is known, traditional chains are held.

    Refuted if NQP tracks do no better than traditional chains while the yield falls.
    """

    claims: ClassVar[tuple[str, ...]] = ("R4", "R7")
    must_lead: ClassVar[Mapping[str, str]] = {"nqp": "traditional"}
    basket_parameters: ClassVar[tuple[str, ...]] = SIDES

    fall_bp: float = parameter("how far the yield must have fallen", 10.0, "basis points")
    fall_window: int = parameter("over which the fall is measured", 60, "sessions", least=1)
    rate_window: int = parameter("of the yield's average", 120, "sessions", least=1)
    min_hold: int = parameter("for which a switch stands", 20, "sessions", least=1)
    series: str = parameter("the yield's series; \"rate\" is the universe's ten-year yield", "rate")

    @property
    def easing(self) -> Trigger:
        """Whether rates are falling: on by a fall, off above the average."""
        below = RateBelowAverage(self.rate_window, series=self.series)
        fall = RateFall(self.fall_bp, self.fall_window, self.series)
        return MinHold(Latch(enter=fall & below, leave=~below), self.min_hold)

    def rules(self) -> Mapping[str, Trigger]:
        """Return "nqp" while rates fall, else "traditional"."""
        return {"nqp": self.easing, "traditional": Always()}
