"""ConfidenceRotation: returning market confidence alone turns the portfolio to NQP (R1, R5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import spread
from backtest.triggers import Always, Confidence, Confirmed, Latch, MinHold, Trigger
from strategies.taxonomy import NQP, TRADITIONAL


@dataclass(frozen=True)
class ConfidenceRotation(TriggerRotation):
    """Leave traditional chains for NQP tracks while the market is confident.

    Claims R1 and R5 on their own: enter once `confidence` of the four signs of risk appetite show,
    leave once fewer than one less have shown for `leave_after` sessions. A switch stands for at
    least `min_hold` sessions.

    Refuted if NQP tracks do no better than traditional chains while confidence is high.
    """

    claims: ClassVar[tuple[str, ...]] = ("R1", "R5", "R7")

    confidence: int = 3
    trend_window: int = 120
    breadth: float = 0.5
    leave_after: int = 10
    min_hold: int = 20

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.confident

    @property
    def confident(self) -> Trigger:
        """Whether confidence has come and not yet gone."""
        enter = Confidence(self.confidence, self.trend_window, self.breadth)
        stays = Confidence(max(1, self.confidence - 1), self.trend_window, self.breadth)
        return MinHold(Latch(enter, leave=Confirmed(~stays, self.leave_after)), self.min_hold)

    def rules(self) -> Mapping[str, Trigger]:
        """Return "nqp" while the market is confident, else "traditional"."""
        return {"nqp": self.confident, "traditional": Always()}

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the two sides of the rotation."""
        return {"traditional": spread(market, TRADITIONAL), "nqp": spread(market, NQP)}
