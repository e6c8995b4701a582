"""Triggers on relative strength: the quadrant of the rotation map a group of sectors is in."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.market import Market
from backtest.market.relative_strength import QUADRANTS, group_levels, relative_strength
from backtest.parameter import parameter
from backtest.triggers.abnormal import OfGroup, present
from backtest.triggers.algebra import Not, Trigger
from backtest.triggers.measured import Leaf
from backtest.triggers.reading import constant, decided


@dataclass(frozen=True)
class RelativeStrength(OfGroup, Leaf):
    """A group's ratio to the equal-weight market is at or above its mean of `window` sessions.

    The group's price index moves by the mean return of its sectors; `strength` is 100 times the
    ratio over that mean (`backtest.market.relative_strength`). A sector named twice
    counts once. No for a group this market has nothing of.
    """

    what, unit = "{group}: relative strength over {window} sessions", "points"

    sectors: tuple[str, ...] = parameter("the group")
    window: int = parameter("of the mean it is compared with", 60, "sessions", least=2)

    def value(self, market: Market) -> pd.Series | None:
        """Return the strength."""
        return _compared(market, self.sectors, self.window, 1, which=0)

    def threshold(self, market: Market) -> pd.Series:
        """Return 100."""
        return constant(100.0, market)


@dataclass(frozen=True)
class RelativeMomentum(OfGroup, Leaf):
    """A group's relative strength is at or above what it was `change` sessions ago.

    Strength and group as in `RelativeStrength`; no for a group this market has nothing of.
    """

    what, unit = "{group}: momentum of strength over {window} sessions", "points"

    sectors: tuple[str, ...] = parameter("the group")
    window: int = parameter("of the mean strength is compared with", 60, "sessions", least=2)
    change: int = parameter("over which momentum is measured", 10, "sessions", least=1)

    @property
    def words(self) -> dict[str, Any]:
        """What stands in the places of the label."""
        return {"group": self.group, "window": self.change}

    def value(self, market: Market) -> pd.Series | None:
        """Return the momentum."""
        return _compared(market, self.sectors, self.window, self.change, which=1)

    def threshold(self, market: Market) -> pd.Series:
        """Return 100."""
        return constant(100.0, market)


@dataclass(frozen=True)
class InQuadrant(Trigger):
    """A group of sectors is in a quadrant of the rotation map.

    Leading: `RelativeStrength` and `RelativeMomentum` both hold. Weakening: strength only.
    Improving: momentum only. Lagging: neither.
    Unknown while either is, even where the other rules the quadrant out. No, in all four, for a
    group this market has nothing of.
    """

    sectors: tuple[str, ...] = parameter("the group")
    quadrant: str = parameter("the quadrant asked for", "leading", choices=QUADRANTS)
    window: int = parameter("of the mean strength is compared with", 60, "sessions", least=2)
    change: int = parameter("over which momentum is measured", 10, "sessions", least=1)

    @property
    def built_of(self) -> tuple[Trigger, ...]:
        """The condition on strength and the condition on momentum."""
        strong = RelativeStrength(self.sectors, self.window)
        rising = RelativeMomentum(self.sectors, self.window, self.change)
        return (
            strong if self.quadrant in ("leading", "weakening") else Not(strong),
            rising if self.quadrant in ("leading", "improving") else Not(rising),
        )

    def evaluate(self, market: Market) -> pd.Series:
        """Answer once both strength and momentum are known; no, if the market lacks the group."""
        if not present(self.sectors, market):
            return pd.Series(False, index=market.sessions, dtype="boolean")
        strong, rising = (part.answer(market) for part in self.built_of)
        return decided((strong & rising).fillna(False), known=strong.notna() & rising.notna())


def _compared(
    market: Market, sectors: tuple[str, ...], window: int, change: int, *, which: int
) -> pd.Series | None:
    """Return a group's strength (0) or momentum (1); None where a market has nothing of it."""
    group = tuple(present(sectors, market))
    if not group:
        return None
    pair = market.remember(
        ("relative strength", group, window, change),
        lambda: relative_strength(
            group_levels(market, {"group": group}),
            market.equal_weight,
            window=window,
            change=change,
        ),
    )
    return pair[which]["group"].rename(None)
