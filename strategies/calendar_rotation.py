"""CalendarRotation: the thesis's half-years taken at their word (R2, R7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import equal
from backtest.triggers import Always, CalendarHalf, Trigger
from strategies.sides import SIDES, TwoSides


@dataclass(frozen=True)
class CalendarRotation(TwoSides, TriggerRotation):
    """Hold traditional chains in the first half of the year and NQP tracks in the second.

    Claims R2 and R7 with the report's own dates instead of a trigger. With `year`, only that year
    is rotated and the equal-weight market is held in all others; the default rotates every year,
    which asks whether the half-years are a season rather than a forecast. January to June are the
    first half. The half is known from its first session on, so the switch fills on its second.

    Refuted if NQP tracks lead in the first half or trail in the second.
    """

    claims: ClassVar[tuple[str, ...]] = ("R2", "R7")
    must_lead: ClassVar[Mapping[str, str]] = {"nqp": "traditional", "traditional": "nqp"}
    basket_parameters: ClassVar[tuple[str, ...]] = SIDES

    year: int | None = parameter("the only year that is rotated, or none for all", None)

    def rules(self) -> Mapping[str, Trigger]:
        """Return "nqp" and "traditional" for the halves, "market" outside `year`."""
        halves = {"nqp": CalendarHalf(2, self.year), "traditional": CalendarHalf(1, self.year)}
        return halves | {"market": Always()}

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the two sides, and all sectors equally weighted."""
        return {**super().baskets(market), "market": equal(market)}
