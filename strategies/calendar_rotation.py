"""CalendarRotation: the thesis's half-years taken at their word (R2, R7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from backtest.allocation import equal, spread
from backtest.market import Market
from backtest.strategy import RotationStrategy, choose
from backtest.triggers import CalendarHalf
from strategies.taxonomy import NQP, TRADITIONAL


@dataclass(frozen=True)
class CalendarRotation(RotationStrategy):
    """Hold traditional chains in the first half of the year and NQP tracks in the second.

    Claims R2 and R7 with the report's own dates instead of a trigger. With `year`, only that year
    is rotated and the equal-weight market is held in all others; the default rotates every year,
    which asks whether the half-years are a season rather than a forecast.

    Refuted if NQP tracks lead in the first half or trail in the second.
    The half is known from its first session on, so the switch fills on its second.
    """

    claims: ClassVar[tuple[str, ...]] = ("R2", "R7")

    year: int | None = None

    def regime(self, market: Market) -> pd.Series:
        """Return "traditional", "nqp", or "market" outside `year`."""
        regime = choose(CalendarHalf(2).fires(market), "nqp", "traditional")
        if self.year is not None:
            regime = regime.where(np.asarray(market.sessions.year == self.year), "market")
        return regime

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the two sides, and all sectors equally weighted."""
        return {
            "traditional": spread(market, TRADITIONAL),
            "nqp": spread(market, NQP),
            "market": equal(market),
        }
