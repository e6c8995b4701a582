"""Triggers on the equity market: trend, breadth, turnover, volatility, confidence (R1, R5–R8).

Imports numpy, pandas, the market and the algebra.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.triggers.algebra import KOutOf, Trigger, decided, positive
from backtest.triggers.rates import BondUptrend
from backtest.universe import check_sectors


@dataclass(frozen=True)
class IndexAboveAverage(Trigger):
    """The broad index is above its moving average by at least the fraction `band`."""

    window: int = 120
    band: float = 0.0

    def __post_init__(self) -> None:
        positive("window", self.window)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the benchmark's close over its mean of the window."""
        index = market.broad_index
        average = market.remember(
            ("index average", self.window), lambda: index.rolling(self.window).mean()
        )
        return decided(index > average * (1.0 + self.band), known=average.notna() & index.notna())


@dataclass(frozen=True)
class Breadth(Trigger):
    """At least the fraction `share` of the sectors stands above its own moving average."""

    share: float = 0.5
    window: int = 60

    def __post_init__(self) -> None:
        positive("window", self.window)
        if not 0 <= self.share <= 1:
            raise UserError(f"share was {self.share}; give a fraction from 0 to 1")

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the sectors listed long enough to have an average."""
        breadth = market.remember(("breadth", self.window), lambda: breadth_of(market, self.window))
        return decided(breadth >= self.share, known=breadth.notna())


def breadth_of(market: Market, window: int) -> pd.Series:
    """Return the fraction of sectors whose close is above its mean of `window` sessions."""
    close = market.sector_close
    average = close.rolling(window).mean()
    counted = average.notna().sum(axis=1)
    above = (close > average).sum(axis=1)
    return (above / counted.where(counted > 0)).rename("breadth")


@dataclass(frozen=True)
class TurnoverExpansion(Trigger):
    """Mean traded value over `short` sessions is at least `ratio` times that over `long`."""

    short: int = 20
    long: int = 120
    ratio: float = 1.1

    def __post_init__(self) -> None:
        positive("short", self.short)
        if self.long <= self.short:
            raise UserError(
                f"long was {self.long} and short {self.short}; make long the longer window"
            )

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the traded value of all sectors together."""
        ratio = market.remember(
            ("turnover ratio", self.short, self.long),
            lambda: turnover_ratio(total_turnover(market), self.short, self.long),
        )
        return decided(ratio >= self.ratio, known=ratio.notna())


def total_turnover(market: Market) -> pd.Series:
    """Return the traded value of all sectors together; NaN on sessions without a record."""
    turnover = market.sector_turnover
    return turnover[sorted(turnover.columns)].sum(axis=1, min_count=1)


def turnover_ratio(turnover: pd.Series, short: int, long: int) -> pd.Series:
    """Return the mean over `short` sessions over the mean over `long`; a tenth may be missing."""
    recent = turnover.rolling(short, min_periods=max(1, short * 9 // 10)).mean()
    usual = turnover.rolling(long, min_periods=max(1, long * 9 // 10)).mean()
    return recent / usual.where(usual > 0)


@dataclass(frozen=True)
class CalmVolatility(Trigger):
    """Realized volatility over `window` sessions is below its own median over `history`."""

    window: int = 20
    history: int = 250

    def __post_init__(self) -> None:
        positive("window", self.window)
        positive("history", self.history)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the benchmark's daily log returns."""
        moves = np.log(market.broad_index).diff()
        volatility = moves.rolling(self.window).std()
        median = volatility.rolling(self.history).median()
        return decided(volatility < median, known=median.notna())


@dataclass(frozen=True)
class Confidence(Trigger):
    """Market confidence: at least `k` of four signs of risk appetite (claims R1, R5).

    The signs: the broad index above its average, a majority of sectors above theirs, turnover
    expanding, volatility below its median.
    """

    k: int = 3
    trend_window: int = 120
    breadth: float = 0.5
    breadth_window: int = 60
    turnover_ratio: float = 1.1

    def __post_init__(self) -> None:
        _ = self.signs

    @property
    def signs(self) -> KOutOf:
        """The four signs as one trigger."""
        return KOutOf(
            self.k,
            (
                IndexAboveAverage(self.trend_window),
                Breadth(self.breadth, self.breadth_window),
                TurnoverExpansion(ratio=self.turnover_ratio),
                CalmVolatility(),
            ),
        )

    def evaluate(self, market: Market) -> pd.Series:
        """Answer by counting the signs."""
        return self.signs.answer(market)


@dataclass(frozen=True)
class TwoBull(Trigger):
    """Stocks and government bonds are both in an up-trend (claim R6)."""

    window: int = 120

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the broad index and the ten-year yield over the same window."""
        return (IndexAboveAverage(self.window) & BondUptrend(self.window)).answer(market)


@dataclass(frozen=True)
class AbnormalMove(Trigger):
    """A group of sectors beats the market abnormally, on abnormal turnover (claim R8).

    The group's equal-weighted return less the market's over `window` sessions is at least `sigmas`
    standard deviations above its mean of the `history` sessions before, and the group's traded
    value over the window at least `turnover` times its mean of that history.
    """

    sectors: tuple[str, ...]
    sigmas: float = 2.5
    turnover: float = 1.5
    window: int = 3
    history: int = 120

    def __post_init__(self) -> None:
        check_sectors(self.sectors)
        positive("window", self.window)
        positive("history", self.history)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the sectors of the group that this market has; no, if it has none."""
        group = sorted(name for name in self.sectors if name in market.by_sector)
        if not group:
            return pd.Series(False, index=market.sessions, dtype="boolean")
        excess, traded = market.remember(("group", *group), lambda: group_moves(market, group))
        moved = excess.rolling(self.window).sum()
        before = excess.shift(self.window)
        mean = before.rolling(self.history).mean() * self.window
        spread = before.rolling(self.history).std() * np.sqrt(self.window)
        usual = traded.shift(self.window).rolling(self.history, min_periods=self.history // 2)
        ratio = traded.rolling(self.window, min_periods=1).mean() / usual.mean()
        unusual = (moved - mean >= self.sigmas * spread) & (ratio >= self.turnover)
        return decided(unusual, known=moved.notna() & spread.notna() & ratio.notna())


def group_moves(market: Market, group: list[str]) -> tuple[pd.Series, pd.Series]:
    """Return a group's daily return less the market's, and its traded value."""
    returns = market.sector_close[group].pct_change(fill_method=None).mean(axis=1)
    excess = returns - market.equal_weight.pct_change(fill_method=None)
    return excess, market.sector_turnover[group].sum(axis=1, min_count=1)
