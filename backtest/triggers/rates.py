"""Triggers on published series: yields first (claims R4, R6).

Series are read as they were known after each session, in their own unit (yields: percent). The
change over a window is the value less the one `window` sessions before, rounded to eight decimals:
yields are quoted to hundredths of a basis point, and a fall of exactly a threshold is not to be
lost to binary fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.algebra import Measured, constant
from backtest.triggers.reading import Reading


@dataclass(frozen=True)
class RateFall(Measured):
    """The rate is at least `bp` basis points lower than `window` sessions ago (claim R4).

    A basis point is a hundredth of the series' unit; the fall is rounded to six decimals of one.
    Unknown where either value is.
    """

    claims: ClassVar[tuple[str, ...]] = ("R4",)

    bp: float = parameter("how far it has fallen", 10.0, "basis points")
    window: int = parameter("over which it has fallen", 60, "sessions", least=1)
    series: str = parameter('the series; "rate" is the universe\'s ten-year yield', "rate")

    @property
    def label(self) -> str:
        """What is measured."""
        return Note(
            "{series} {window}-session change", series=spoken(self.series), window=self.window
        )

    def reading(self, market: Market) -> Reading:
        """Return the change over the window in basis points, against a fall of `bp`."""
        threshold = constant(-self.bp, market)
        return Reading(self.label, self._change(market), threshold, "bp", "at most")

    def _change(self, market: Market) -> pd.Series:
        return (change_of(market, self.series, self.window) * 100.0).round(6)


@dataclass(frozen=True)
class RateBelowAverage(Measured):
    """The rate is below its moving average less `band` (claims R4, R6).

    The average is the mean of the last `window` sessions, this one included; unknown where one of
    them has no value.
    """

    claims: ClassVar[tuple[str, ...]] = ("R4", "R6")

    window: int = parameter("of the average", 120, "sessions", least=1)
    band: float = parameter("how far below the average it has to be", 0.0, "the series' own unit")
    series: str = parameter('the series; "rate" is the universe\'s ten-year yield', "rate")

    @property
    def label(self) -> str:
        """What is measured."""
        return Note(
            "{series} against its {window}-session average",
            series=spoken(self.series),
            window=self.window,
        )

    def reading(self, market: Market) -> Reading:
        """Return the rate, against its average less the band."""
        threshold = self._average(market) - self.band
        unit = unit_of(market, self.series)
        return Reading(self.label, market.need(self.series), threshold, unit, "below")

    def _average(self, market: Market) -> pd.Series:
        rate = market.need(self.series)
        return market.remember(
            ("average", self.series, self.window), lambda: rate.rolling(self.window).mean()
        )


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

    def reading(self, market: Market) -> Reading:
        """Return the ten-year yield, against its average."""
        return RateBelowAverage(self.window).reading(market)


@dataclass(frozen=True)
class SeriesAbove(Measured):
    """A series is above `level`; unknown where it has no value."""

    series: str = parameter("its name")
    level: float = parameter("what it has to be above", unit="the series' own unit")

    @property
    def label(self) -> str:
        """What is measured."""
        return Note("{series}", series=spoken(self.series))

    def reading(self, market: Market) -> Reading:
        """Return the last value known, against the level."""
        values, unit = market.need(self.series), unit_of(market, self.series)
        return Reading(self.label, values, constant(self.level, market), unit, "above")


@dataclass(frozen=True)
class SeriesBelow(Measured):
    """A series is below `level`; unknown where it has no value."""

    series: str = parameter("its name")
    level: float = parameter("what it has to be below", unit="the series' own unit")

    @property
    def label(self) -> str:
        """What is measured."""
        return Note("{series}", series=spoken(self.series))

    def reading(self, market: Market) -> Reading:
        """Return the last value known, against the level."""
        values, unit = market.need(self.series), unit_of(market, self.series)
        return Reading(self.label, values, constant(self.level, market), unit, "below")


@dataclass(frozen=True)
class SeriesChanged(Measured):
    """A series moved by at least `by` over `window` sessions; a negative `by` asks for a fall.

    For `by` from 0 on the change is `by` or more, below 0 it is `by` or less. Unknown where either
    value is.
    """

    series: str = parameter("its name")
    by: float = parameter("how far it has moved", unit="the series' own unit")
    window: int = parameter("over which it has moved", 60, "sessions", least=1)

    @property
    def label(self) -> str:
        """What is measured."""
        return Note(
            "{series} {window}-session change", series=spoken(self.series), window=self.window
        )

    def reading(self, market: Market) -> Reading:
        """Return the change over the window, against `by`."""
        change = change_of(market, self.series, self.window)
        direction = "at least" if self.by >= 0 else "at most"
        unit = unit_of(market, self.series)
        return Reading(self.label, change, constant(self.by, market), unit, direction)


def change_of(market: Market, series: str, window: int) -> pd.Series:
    """Return how far a series has moved over a window, in its own unit.

    Yields are quoted to hundredths of a basis point: rounding keeps a fall of exactly a threshold
    from being lost to binary fractions.
    """
    return market.need(series).diff(window).round(8)


def spoken(series: str) -> str:
    """Return how a series is spoken of; "rate" is the universe's ten-year yield."""
    return "ten-year yield" if series == "rate" else series


def unit_of(market: Market, series: str) -> str:
    """Return the unit a series moves in; what is in percent moves by percentage points."""
    name = market.need(series).name
    unit = market.universe.spec(str(name)).unit or "units"
    return "percentage points" if unit == "percent" else unit
