"""Triggers on the equity market: trend, breadth, turnover, volatility, confidence (R1, R5, R6).

A mean over a window needs every session of it, this one included, unless told otherwise.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.market.sector_indices import mean_move, sorted_columns
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.algebra import KOutOf, Trigger
from backtest.triggers.measured import Leaf
from backtest.triggers.rates import BondUptrend
from backtest.triggers.reading import Reading


@dataclass(frozen=True)
class IndexAboveAverage(Leaf):
    """The broad index is above its moving average raised by the fraction `band`.

    The benchmark's close against the mean of its last `window` closes times 1 + `band`.
    """

    claims: ClassVar[tuple[str, ...]] = ("R1", "R5", "R6")
    what = "broad index against its {window}-session average"
    unit, direction = "index points", "above"

    window: int = parameter("of the average", 120, "sessions", least=1)
    band: float = parameter("how far above the average it has to be", 0.0, "fraction")

    def value(self, market: Market) -> pd.Series:
        """Return the index."""
        return market.broad_index

    def threshold(self, market: Market) -> pd.Series:
        """Return its average raised by the band."""
        index = market.broad_index
        average = market.remember(
            ("index average", self.window), lambda: index.rolling(self.window).mean()
        )
        return average * (1.0 + self.band)


@dataclass(frozen=True)
class Breadth(Leaf):
    """At least the fraction `share` of the sectors stands above its own moving average.

    Counted are the sectors that have an average: whose index has a level on each of the last
    `window` sessions. Unknown while none has.
    """

    claims: ClassVar[tuple[str, ...]] = ("R1", "R5")
    what, against = "sectors above their {window}-session average", "share"
    unit = "fraction of sectors"

    share: float = parameter("which part of the sectors", 0.5, "fraction", least=0, most=1)
    window: int = parameter("of the averages", 60, "sessions", least=1)

    def value(self, market: Market) -> pd.Series:
        """Return the fraction of sectors above their averages."""
        return market.remember(("breadth", self.window), lambda: breadth_of(market, self.window))


def breadth_of(market: Market, window: int) -> pd.Series:
    """Return the fraction of sectors whose close is above its mean of `window` sessions."""
    close = market.sector_close
    average = close.rolling(window).mean()
    counted = average.notna().sum(axis=1)
    above = (close.to_numpy() > average.to_numpy()).sum(axis=1)
    breadth: pd.Series = above / counted.where(counted > 0)
    return breadth.rename("breadth")


@dataclass(frozen=True)
class TurnoverExpansion(Leaf):
    """Mean traded value over `short` sessions is at least `ratio` times that over `long`.

    Of all sectors together, both windows ending with this session. A session without any traded
    value is left out of a mean; nine tenths of a window's sessions, rounded down, and one at
    least, must have one, else it is unknown.
    """

    claims: ClassVar[tuple[str, ...]] = ("R1", "R5")
    what, against = "turnover of {short} sessions against {long}", "ratio"
    unit = "times"

    short: int = parameter("of the recent mean", 20, "sessions", least=1)
    long: int = parameter("of the usual mean, more than `short`", 120, "sessions", least=2)
    ratio: float = parameter("how much more is traded", 1.1, "times")

    def __post_init__(self) -> None:
        if self.long <= self.short:
            raise UserError(
                "long was {long} and short {short}; make long the longer window",
                long=self.long,
                short=self.short,
            )

    def value(self, market: Market) -> pd.Series:
        """Return the ratio of the two means."""
        return market.remember(
            ("turnover ratio", self.short, self.long),
            lambda: turnover_ratio(total_turnover(market), self.short, self.long),
        )


def total_turnover(market: Market) -> pd.Series:
    """Return the traded value of all sectors together; NaN on sessions without a record."""
    return sorted_columns(market.sector_turnover).sum(axis=1, min_count=1)


def turnover_ratio(turnover: pd.Series, short: int, long: int) -> pd.Series:
    """Return the mean over `short` sessions over the mean over `long`.

    Nine tenths of each window, rounded down, have to be there, and one session at least.
    """
    recent = turnover.rolling(short, min_periods=max(1, short * 9 // 10)).mean()
    usual = turnover.rolling(long, min_periods=max(1, long * 9 // 10)).mean()
    return recent / usual.where(usual > 0)


@dataclass(frozen=True)
class CalmVolatility(Leaf):
    """Realized volatility over `window` sessions is below its own median over `history`.

    The standard deviation (n − 1) of the last `window` daily log returns of the benchmark, against
    the median of that figure over the last `history` sessions, this one included. Unknown where one
    of them is missing.
    """

    claims: ClassVar[tuple[str, ...]] = ("R1", "R5")
    what = "volatility of {window} sessions against its median"
    unit, direction = "fraction a day", "below"

    window: int = parameter("of the volatility", 20, "sessions", least=2)
    history: int = parameter("of the median", 250, "sessions", least=1)

    def value(self, market: Market) -> pd.Series:
        """Return the standard deviation of daily log returns."""

        def deviation() -> pd.Series:
            moves: pd.Series = np.log(market.broad_index).diff()
            return moves.rolling(self.window).std()

        return market.remember(("index volatility", self.window), deviation)

    def threshold(self, market: Market) -> pd.Series:
        """Return its median."""
        return self.value(market).rolling(self.history).median()


@dataclass(frozen=True)
class Confidence(Trigger):
    """Market confidence: at least `k` of four signs of risk appetite (claims R1, R5).

    The signs: `IndexAboveAverage` of `trend_window`; `Breadth` of `breadth` over `breadth_window`;
    `TurnoverExpansion` by `turnover_ratio`; `CalmVolatility`; what is not named here has the
    defaults there. Counted as by `KOutOf`.
    """

    claims: ClassVar[tuple[str, ...]] = ("R1", "R5")

    k: int = parameter("how many signs have to show", 3, "signs", least=1, most=4)
    trend_window: int = parameter("of the broad index's average", 120, "sessions", least=1)
    breadth: float = parameter(
        "which part of the sectors has to be above its average", 0.5, "fraction", least=0, most=1
    )
    breadth_window: int = parameter("of the sectors' averages", 60, "sessions", least=1)
    turnover_ratio: float = parameter("how much more is traded than usual", 1.1, "times")

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

    @property
    def label(self) -> str:
        """What is counted."""
        return Note("confidence")

    @property
    def built_of(self) -> tuple[Trigger, ...]:
        """The four signs."""
        return self.signs.parts

    def reading(self, market: Market) -> Reading:
        """Return how many signs show, against `k`."""
        return replace(self.signs.reading(market), name=self.label, unit="signs")


@dataclass(frozen=True)
class TwoBull(Trigger):
    """Stocks and government bonds are both in an up-trend (claim R6).

    `IndexAboveAverage` and `BondUptrend` over the same window, with Kleene's and.
    """

    claims: ClassVar[tuple[str, ...]] = ("R6",)

    window: int = parameter("of both averages", 120, "sessions", least=1)

    @property
    def built_of(self) -> tuple[Trigger, ...]:
        """The two trends."""
        return (IndexAboveAverage(self.window), BondUptrend(self.window))

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the broad index and the ten-year yield over the same window."""
        stocks, rates = self.built_of
        return (stocks & rates).answer(market)


def group_moves(market: Market, group: list[str]) -> tuple[pd.Series, pd.Series]:
    """Return a group's daily return less the market's, and its traded value.

    The group's return is the mean over its sectors that have one on that day; its traded value the
    sum over those that have one, NaN where none has.
    """
    returns = mean_move(market.sector_close[group])
    excess = returns - market.equal_weight.pct_change(fill_method=None)
    return excess, market.sector_turnover[group].sum(axis=1, min_count=1)
