"""Triggers on relative strength: the quadrant of the rotation map a group of sectors is in."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.market.relative_strength import QUADRANTS, group_levels, relative_strength
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.abnormal import present, spoken_group
from backtest.triggers.algebra import Measured, Not, Trigger, constant
from backtest.triggers.reading import Reading, decided


@dataclass(frozen=True)
class RelativeStrength(Measured):
    """A group's ratio to the equal-weight market is at or above its mean of `window` sessions.

    The group's price index moves by the mean return of its sectors; `strength` is 100 times the
    ratio over that mean (`backtest.market.relative_strength`). A sector named twice
    counts once. No for a group this market has nothing of.
    """

    sectors: tuple[str, ...] = parameter("the group")
    window: int = parameter("of the mean it is compared with", 60, "sessions", least=2)

    @property
    def label(self) -> str:
        """What is measured."""
        return Note(
            "{group}: relative strength over {window} sessions",
            group=spoken_group(self.sectors),
            window=self.window,
        )

    def reading(self, market: Market) -> Reading | None:
        """Return the strength, against 100; None where the market has nothing of the group."""
        return _reading(self, market, 0, change=1)


@dataclass(frozen=True)
class RelativeMomentum(Measured):
    """A group's relative strength is at or above what it was `change` sessions ago.

    Strength and group as in `RelativeStrength`; no for a group this market has nothing of.
    """

    sectors: tuple[str, ...] = parameter("the group")
    window: int = parameter("of the mean strength is compared with", 60, "sessions", least=2)
    change: int = parameter("over which momentum is measured", 10, "sessions", least=1)

    @property
    def label(self) -> str:
        """What is measured."""
        return Note(
            "{group}: momentum of strength over {window} sessions",
            group=spoken_group(self.sectors),
            window=self.change,
        )

    def reading(self, market: Market) -> Reading | None:
        """Return the momentum, against 100; None where the market has nothing of the group."""
        return _reading(self, market, 1, change=self.change)


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


def _reading(
    trigger: RelativeStrength | RelativeMomentum, market: Market, which: int, change: int
) -> Reading | None:
    """Return a group's strength (0) or momentum (1) against 100."""
    group = tuple(present(trigger.sectors, market))
    if not group:
        return None
    pair = market.remember(
        ("relative strength", group, trigger.window, change),
        lambda: relative_strength(
            group_levels(market, {"group": group}),
            market.equal_weight,
            window=trigger.window,
            change=change,
        ),
    )
    value = pair[which]["group"].rename(None)
    return Reading(trigger.label, value, constant(100.0, market), "points", "at least")
