"""Triggers on abnormal moves of a group of sectors (claim R8).

A move is measured against the group's own history just before it, so it does not hide itself. The
group is those of the sectors named that this market has; one named twice counts twice. Its daily
return is the mean of the returns of its sectors' indices on that day, of those that have one; its
excess return is that less the daily return of `Market.equal_weight`; its traded value is the sum of
those of its sectors that have one, and missing where none has.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from backtest.market import Market
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.algebra import Trigger
from backtest.triggers.equity import group_moves
from backtest.triggers.measured import Leaf
from backtest.triggers.reading import decided

SPOKEN = 3  # sectors that are named; of more, the first
GROUPS = ("{a}", "{a}, {b}", "{a}, {b}, {c}")


@dataclass(frozen=True)
class AbnormalMove(Trigger):
    """A group of sectors beats the market abnormally, on abnormal turnover (claim R8).

    Both `AbnormalReturn` and `AbnormalTurnover` say yes, each with the same `window` and `history`;
    unknown while either is, even where the other says no. No for a group this market has nothing
    of.
    """

    claims: ClassVar[tuple[str, ...]] = ("R8",)

    sectors: tuple[str, ...] = parameter("the group")
    sigmas: float = parameter("how far it must beat the market", 2.5, "standard deviations")
    turnover: float = parameter("how much it must trade, against usual", 1.5, "times")
    window: int = parameter("over which it has moved", 3, "sessions", least=1)
    history: int = parameter("before those that tell what is usual", 120, "sessions", least=2)

    @property
    def built_of(self) -> tuple[Trigger, ...]:
        """The two conditions."""
        return (
            AbnormalReturn(self.sectors, self.sigmas, self.window, self.history),
            AbnormalTurnover(self.sectors, self.turnover, self.window, self.history),
        )

    def evaluate(self, market: Market) -> pd.Series:
        """Answer yes where both conditions do."""
        moved, traded = (part.answer(market) for part in self.built_of)
        return decided((moved & traded).fillna(False), known=moved.notna() & traded.notna())


class OfGroup:
    """What is about a group of sectors: how it is spoken of."""

    sectors: tuple[str, ...]

    @property
    def group(self) -> str:
        """The group, by its sectors."""
        return spoken_group(self.sectors)


@dataclass(frozen=True)
class AbnormalReturn(OfGroup, Leaf):
    """A group of sectors beats the market by `sigmas` standard deviations (claim R8).

    The sum of the group's daily excess returns over the last `window` sessions, less `window` times
    their mean over the `history` sessions before those, is at least `sigmas` × √`window` times
    their standard deviation (n − 1) over the same `history` sessions: deviations are daily ones,
    scaled to the window as if days were independent. Unknown where one of the `window` + `history`
    excess returns is missing. No for a group this market has nothing of.
    """

    claims: ClassVar[tuple[str, ...]] = ("R8",)
    what = "{group}: {window}-session excess return"

    sectors: tuple[str, ...] = parameter("the group")
    sigmas: float = parameter("how far it must beat the market", 2.5, "standard deviations")
    window: int = parameter("over which it has moved", 3, "sessions", least=1)
    history: int = parameter("before those that tell what is usual", 120, "sessions", least=2)

    def value(self, market: Market) -> pd.Series | None:
        """Return the excess return of the window beyond its usual mean."""
        if not (group := present(self.sectors, market)):
            return None
        excess, _ = moves_of(market, group)
        mean = excess.shift(self.window).rolling(self.history).mean() * self.window
        return excess.rolling(self.window).sum() - mean

    def threshold(self, market: Market) -> pd.Series:
        """Return `sigmas` usual standard deviations over the window."""
        excess, _ = moves_of(market, present(self.sectors, market))
        spread = excess.shift(self.window).rolling(self.history).std()
        threshold: pd.Series = self.sigmas * (spread * np.sqrt(self.window))
        return threshold


@dataclass(frozen=True)
class AbnormalTurnover(OfGroup, Leaf):
    """A group of sectors trades at least `ratio` times as much as usual (claim R8).

    Its mean traded value over the last `window` sessions is at least `ratio` times the mean over
    the `history` sessions before those. A mean is taken over the sessions that have a traded value:
    one of the `window` is enough; of `history`, half, rounded down, and at least one. With fewer it
    is unknown. No for a group this market has nothing of.
    """

    claims: ClassVar[tuple[str, ...]] = ("R8",)
    what, against, unit = "{group}: {window}-session turnover", "ratio", "times"

    sectors: tuple[str, ...] = parameter("the group")
    ratio: float = parameter("how much it must trade, against usual", 1.5, "times")
    window: int = parameter("over which it is measured", 3, "sessions", least=1)
    history: int = parameter("before those that tell what is usual", 120, "sessions", least=1)

    def value(self, market: Market) -> pd.Series | None:
        """Return the traded value as a multiple of the usual one."""
        if not (group := present(self.sectors, market)):
            return None
        _, traded = moves_of(market, group)
        fewest = max(1, self.history // 2)
        usual = traded.shift(self.window).rolling(self.history, min_periods=fewest)
        return traded.rolling(self.window, min_periods=1).mean() / usual.mean()


def present(sectors: tuple[str, ...], market: Market) -> list[str]:
    """Return the sectors of a group that a market has, sorted; one named twice comes twice."""
    return sorted(one for name in sectors for one in market.sectors_of([name]))


def moves_of(market: Market, group: list[str]) -> tuple[pd.Series, pd.Series]:
    """Return `group_moves`, computed once for each market."""
    return market.remember(("group", *group), lambda: group_moves(market, group))


def spoken_group(sectors: tuple[str, ...]) -> str:
    """Name up to three sectors, or the first and how many more.

    Examples
    --------
    >>> spoken_group(("real_estate", "steel", "coal", "banks"))
    'real estate and 3 more'
    """
    names = [sector.replace("_", " ") for sector in sectors]
    if len(names) > SPOKEN:
        return Note("{first} and {count} more", first=names[0], count=len(names) - 1)
    return Note(GROUPS[len(names) - 1], **dict(zip("abc", names, strict=False)))
