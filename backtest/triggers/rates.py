"""Triggers on published series: yields first (claims R4, R6). Imports pandas and the algebra.

Series are read as they were known after each session, in their own unit (yields: percent).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.triggers.algebra import Trigger, decided, positive


@dataclass(frozen=True)
class RateFall(Trigger):
    """The rate is at least `bp` basis points lower than `window` sessions ago (claim R4)."""

    bp: float = 10.0
    window: int = 60
    series: str = "rate"

    def __post_init__(self) -> None:
        positive("window", self.window)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the change over the window, in percentage points."""
        # Yields are quoted to hundredths of a basis point: rounding keeps a fall of exactly `bp`
        # from being lost to binary fractions.
        change = market.need(self.series).diff(self.window).round(8)
        return decided(change <= -self.bp / 100.0, known=change.notna())


@dataclass(frozen=True)
class RateBelowAverage(Trigger):
    """The rate is below its moving average by at least `band` points (claims R4, R6)."""

    window: int = 120
    band: float = 0.0
    series: str = "rate"

    def __post_init__(self) -> None:
        positive("window", self.window)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the rate less its mean over the window."""
        rate = market.need(self.series)
        average = market.remember(
            ("average", self.series, self.window), lambda: rate.rolling(self.window).mean()
        )
        return decided(rate < average - self.band, known=average.notna() & rate.notna())


@dataclass(frozen=True)
class BondUptrend(Trigger):
    """Government bonds are in an up-trend: their yield is below its moving average (claim R6)."""

    window: int = 120

    def __post_init__(self) -> None:
        positive("window", self.window)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer as `RateBelowAverage` does for the universe's ten-year yield."""
        return RateBelowAverage(self.window).answer(market)


@dataclass(frozen=True)
class SeriesAbove(Trigger):
    """A series is above `level`, in the series' own unit."""

    series: str
    level: float

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the last value known."""
        values = market.need(self.series)
        return decided(values > self.level, known=values.notna())


@dataclass(frozen=True)
class SeriesBelow(Trigger):
    """A series is below `level`, in the series' own unit."""

    series: str
    level: float

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the last value known."""
        values = market.need(self.series)
        return decided(values < self.level, known=values.notna())


@dataclass(frozen=True)
class SeriesChanged(Trigger):
    """A series moved by at least `by` over `window` sessions; a negative `by` asks for a fall."""

    series: str
    by: float
    window: int = 60

    def __post_init__(self) -> None:
        positive("window", self.window)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the change over the window, in the series' own unit."""
        change = market.need(self.series).diff(self.window).round(8)
        moved = change >= self.by if self.by >= 0 else change <= self.by
        return decided(moved, known=change.notna())
