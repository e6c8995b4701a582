"""QuadrantRotation: NQP tracks while the rotation map shows them leading, whatever rates do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.triggers import Always, InQuadrant, Latch, MinHold, Trigger
from strategies.sides import SIDES, TwoSides
from strategies.taxonomy import NQP


@dataclass(frozen=True)
class QuadrantRotation(TwoSides, TriggerRotation):
    """Leave traditional chains for NQP tracks when the rotation map shows these leading.

    Claim R7 read off prices alone: enter once the NQP sectors are in the leading quadrant
    (`InQuadrant`: relative strength and its momentum at or above 100); leave once they are lagging
    (both below 100). In between, what is held stays (`Latch`), and a switch stands for at least
    `min_hold` sessions (`MinHold`). Until something is known, traditional chains are held.

    Refuted if NQP tracks do no better than traditional chains after they have come to lead.
    """

    claims: ClassVar[tuple[str, ...]] = ("R7",)
    must_lead: ClassVar[Mapping[str, str]] = {"nqp": "traditional"}
    basket_parameters: ClassVar[tuple[str, ...]] = SIDES

    window: int = parameter("of the mean strength is compared with", 60, "sessions", least=2)
    change: int = parameter("over which momentum is measured", 10, "sessions", least=1)
    min_hold: int = parameter("for which a switch stands", 20, "sessions", least=1)

    @property
    def leading(self) -> Trigger:
        """Whether NQP leads: on in the leading quadrant, off in the lagging one."""
        enter, leave = (
            InQuadrant(NQP.sectors, quadrant, self.window, self.change)
            for quadrant in ("leading", "lagging")
        )
        return MinHold(Latch(enter=enter, leave=leave), self.min_hold)

    def rules(self) -> Mapping[str, Trigger]:
        """Return "nqp" while NQP leads, else "traditional"."""
        return {"nqp": self.leading, "traditional": Always()}
