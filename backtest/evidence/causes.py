"""What is behind a claim: published series over its window, as they were known then."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.evidence.windows import Window
from backtest.market import Market
from backtest.strategy.claim import Claim


@dataclass(frozen=True)
class Cause:
    """One series behind a claim, at both ends of its window.

    Attributes
    ----------
    claimed : "rises" or "falls"
    start, end : float
        Its values known at the close the window starts from and after its last session.
    """

    series: str
    claimed: str
    start: float
    end: float

    @property
    def as_claimed(self) -> bool:
        """Whether it went the way that was claimed."""
        return self.end > self.start if self.claimed == "rises" else self.end < self.start

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp evidence --json` prints it."""
        return {**vars(self), "as_claimed": self.as_claimed}


def causes(claim: Claim, market: Market, window: Window) -> tuple[Cause, ...]:
    """Return the series behind a claim that a market has, and that were known at both ends."""
    found = []
    for name, claimed in claim.about:
        if name not in market.series.columns:
            continue
        ends = market.series[name].iloc[[window.base, window.last]]
        if not pd.isna(ends).any():
            found.append(Cause(name, claimed, float(ends.iloc[0]), float(ends.iloc[1])))
    return tuple(found)
