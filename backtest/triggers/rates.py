"""Triggers on published series: yields first (claims R4, R6).

Series are read as they were known after each session, in their own unit (yields: percent). The
change over a window is the value less the one `window` sessions before, rounded to eight decimals:
yields are quoted to hundredths of a basis point, and a fall of exactly a threshold is not to be
lost to binary fractions.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.triggers.measured import Leaf, Measured
from backtest.triggers.reading import Reading, constant


class OfSeries:
    """What is about a published series: its name, its value and its unit."""

    series: str

    @property
    def words(self) -> dict[str, Any]:
        """What stands in the places of the label; "rate" is the universe's ten-year yield."""
        spoken = "ten-year yield" if self.series == "rate" else self.series
        return {**super().words, "series": spoken}  # type: ignore[misc]

    def value(self, market: Market) -> pd.Series:
        """Return the last value known."""
        return market.need(self.series)

    def unit_on(self, market: Market) -> str:
        """Return the unit the series moves in; what is in percent moves by percentage points."""
        unit = market.universe.spec(str(market.need(self.series).name)).unit or "units"
        return "percentage points" if unit == "percent" else unit


@dataclass(frozen=True)
class RateFall(OfSeries, Leaf):
    """The rate is at least `bp` basis points lower than `window` sessions ago (claim R4).

    A basis point is a hundredth of the series' unit; the fall is rounded to six decimals of one.
    Unknown where either value is.
    """

    claims: ClassVar[tuple[str, ...]] = ("R4",)
    what, direction = "{series} {window}-session change", "at most"

    bp: float = parameter("how far it has fallen", 10.0, "basis points")
    window: int = parameter("over which it has fallen", 60, "sessions", least=1)
    series: str = parameter('the series; "rate" is the universe\'s ten-year yield', "rate")

    def value(self, market: Market) -> pd.Series:
        """Return the change over the window in basis points."""
        return market.remember(
            ("change in bp", self.series, self.window),
            lambda: (change_of(market, self.series, self.window) * 100.0).round(6),
        )

    def threshold(self, market: Market) -> pd.Series:
        """Return a fall of `bp`."""
        return constant(-self.bp, market)

    def unit_on(self, market: Market) -> str:
        """Return basis points."""
        return "bp"


@dataclass(frozen=True)
class RateBelowAverage(OfSeries, Leaf):
    """The rate is below its moving average less `band` (claims R4, R6).

    The average is the mean of the last `window` sessions, this one included; unknown where one of
    them has no value.
    """

    claims: ClassVar[tuple[str, ...]] = ("R4", "R6")
    what, direction = "{series} against its {window}-session average", "below"

    window: int = parameter("of the average", 120, "sessions", least=1)
    band: float = parameter("how far below the average it has to be", 0.0, "the series' own unit")
    series: str = parameter('the series; "rate" is the universe\'s ten-year yield', "rate")

    def threshold(self, market: Market) -> pd.Series:
        """Return the average less the band."""
        rate = market.need(self.series)
        average = market.remember(
            ("average", self.series, self.window), lambda: rate.rolling(self.window).mean()
        )
        return average - self.band


@dataclass(frozen=True)
class BondUptrend(Measured):
    """Government bonds are in an up-trend: their yield is below its moving average (claim R6).

    `RateBelowAverage` of the universe's ten-year yield.
    """

    claims: ClassVar[tuple[str, ...]] = ("R6",)

    window: int = parameter("of the average", 120, "sessions", least=1)

    @property
    def label(self) -> str:
        """What is measured."""
        return RateBelowAverage(self.window).label

    def reading(self, market: Market) -> Reading | None:
        """Return the ten-year yield, against its average."""
        return RateBelowAverage(self.window).reading(market)


@dataclass(frozen=True)
class SeriesAbove(OfSeries, Leaf):
    """A series is above `level`; unknown where it has no value."""

    what, against, direction = "{series}", "level", "above"

    series: str = parameter("its name")
    level: float = parameter("what it has to be above", unit="the series' own unit")


@dataclass(frozen=True)
class SeriesBelow(OfSeries, Leaf):
    """A series is below `level`; unknown where it has no value."""

    what, against, direction = "{series}", "level", "below"

    series: str = parameter("its name")
    level: float = parameter("what it has to be below", unit="the series' own unit")


@dataclass(frozen=True)
class SeriesChanged(OfSeries, Leaf):
    """A series moved by at least `by` over `window` sessions; a negative `by` asks for a fall.

    For `by` from 0 on the change is `by` or more, below 0 it is `by` or less. Unknown where either
    value is.
    """

    what, against = "{series} {window}-session change", "by"

    series: str = parameter("its name")
    by: float = parameter("how far it has moved", unit="the series' own unit")
    window: int = parameter("over which it has moved", 60, "sessions", least=1)

    def value(self, market: Market) -> pd.Series:
        """Return the change over the window."""
        return change_of(market, self.series, self.window)

    def reading(self, market: Market) -> Reading | None:
        """Return the change, against `by`."""
        reading = super().reading(market)
        return reading if reading is None or self.by >= 0 else replace(reading, direction="at most")


def change_of(market: Market, series: str, window: int) -> pd.Series:
    """Return how far a series has moved over a window, in its own unit.

    Yields are quoted to hundredths of a basis point: rounding keeps a fall of exactly a threshold
    from being lost to binary fractions.
    """
    return market.need(series).diff(window).round(8)
