"""ConfidenceRotation: returning market confidence alone turns the portfolio to NQP (R1, R5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.triggers import Always, Confidence, Confirmed, Latch, MinHold, Trigger
from strategies.sides import SIDES, TwoSides


@dataclass(frozen=True)
class ConfidenceRotation(TwoSides, TriggerRotation):
    """Leave traditional chains for NQP tracks while the market is confident.

    Claims R1 and R5 on their own: enter once `confidence` or more of the four signs of risk
    appetite show (`Confidence` with `trend_window` and `breadth`); leave once fewer than
    `confidence` − 1 of them (never fewer than 1 are asked for) have shown in each of `leave_after`
    sessions in a row. Where both are so, it leaves (`Latch`), and a switch stands for at least
    `min_hold` sessions (`MinHold`). Until something is known, traditional chains are held.

    Refuted if NQP tracks do no better than traditional chains while confidence is high.
    """

    claims: ClassVar[tuple[str, ...]] = ("R1", "R5", "R7")
    must_lead: ClassVar[Mapping[str, str]] = {"nqp": "traditional"}
    basket_parameters: ClassVar[tuple[str, ...]] = SIDES

    confidence: int = parameter("how many signs have to show", 3, "signs", least=1, most=4)
    trend_window: int = parameter("of the broad index's average", 120, "sessions", least=1)
    breadth: float = parameter(
        "which part of the sectors has to be above its average", 0.5, "fraction", least=0, most=1
    )
    leave_after: int = parameter("after which absent signs count", 10, "sessions", least=1)
    min_hold: int = parameter("for which a switch stands", 20, "sessions", least=1)

    @property
    def confident(self) -> Trigger:
        """Whether confidence has come and not yet gone."""
        enter = Confidence(self.confidence, self.trend_window, self.breadth)
        stays = Confidence(max(1, self.confidence - 1), self.trend_window, self.breadth)
        return MinHold(Latch(enter, leave=Confirmed(~stays, self.leave_after)), self.min_hold)

    def rules(self) -> Mapping[str, Trigger]:
        """Return "nqp" while the market is confident, else "traditional"."""
        return {"nqp": self.confident, "traditional": Always()}
