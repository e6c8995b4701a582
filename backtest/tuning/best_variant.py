"""Best: the best variant of a sweep, never without how far to believe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.plain import plain
from backtest.strategy import Strategy
from backtest.tuning.honesty import Honesty


@dataclass(frozen=True, eq=False)
class Best:
    """The best variant, its figures in sample, and their honesty.

    Attributes
    ----------
    variant : int
        Its number in the sweep.
    figures : Series
        As in `BacktestResult.summary()`.
    """

    variant: int
    strategy: Strategy
    parameters: dict[str, Any]
    figures: pd.Series
    honesty: Honesty

    def __repr__(self) -> str:
        return (
            f"<Best in sample: {self.strategy!r}, Sharpe {self.honesty.sharpe:.2f}. "
            f"{self.honesty.banner}>"
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        document: dict[str, Any] = plain(
            {
                "variant": self.variant,
                "strategy": self.strategy.name,
                "parameters": self.strategy.parameters,
                "swept": self.parameters,
                "figures": self.figures.to_dict(),
                "in_sample": True,
                "verdict": self.honesty.verdict,
                "banner": self.honesty.banner,
            }
        )
        return document
