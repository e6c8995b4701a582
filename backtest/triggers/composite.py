"""Triggers on the composite index (claims M1, M2).

The index is computed once for each market and framework, whatever is asked of it.
"""

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.composite import PILLARS, Composite, Framework, composite, load_framework
from backtest.errors import UserError, suggest, unknown
from backtest.market import Market
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.measured import Leaf

POINTS = "index points"


class OfComposite:
    """What is about a framework's index, or one of its pillars."""

    framework: str | Framework
    pillar: str

    def __post_init__(self) -> None:
        if not isinstance(self.framework, Framework):
            load_framework(self.framework)
        if self.pillar and self.pillar not in PILLARS:
            raise unknown("pillar", self.pillar, PILLARS)

    @property
    def index(self) -> str:
        """What is asked about."""
        named = self.framework
        name = named.name if isinstance(named, Framework) else named
        if self.pillar:
            return Note("composite index ({name}, {pillar})", name=name, pillar=self.pillar)
        return Note("composite index ({name})", name=name)

    def found(self, market: Market) -> Composite:
        """Return the index on a market; a `UserError` where it has no such pillar."""
        found = composite(market, self.framework)
        if self.pillar and self.pillar not in found.framework.pillars:
            raise UserError(
                "framework {framework} has no pillar {pillar!r}; {suggestion}",
                framework=found.framework.name,
                pillar=self.pillar,
                suggestion=suggest(self.pillar, found.framework.pillars),
            )
        return found


@dataclass(frozen=True)
class CompositeAbove(OfComposite, Leaf):
    """What the composite's members say, together or of one pillar, is above `level` points.

    For "z" 50 points are the mean of the members' own past, for other normalizations see
    `backtest.composite.composite`. That is the unlinked level: links keep the index from jumping,
    but move it off its scale for good. Unknown below the framework's coverage.
    """

    level: float = parameter("what it has to be above", 50.0, "index points")
    framework: str | Framework = parameter("a framework, its name or path", "observable")
    pillar: str = parameter('one of the pillars, or "" for all together', "")
    claims: ClassVar[tuple[str, ...]] = ("M1", "M2")
    against, unit, direction = "level", POINTS, "above"

    @property
    def label(self) -> str:
        """What is measured."""
        return self.index

    def value(self, market: Market) -> pd.Series:
        """Return the level."""
        return self.found(market).unlinked[self.pillar or "all"]


@dataclass(frozen=True)
class CompositeRising(OfComposite, Leaf):
    """The composite index, or one of its pillars, gained at least `by` points over `window`.

    Of the chain-linked level, which no entry or exit of an indicator moves: today's less that of
    `window` sessions ago, rounded to eight decimals. Unknown where either is.
    """

    window: int = parameter("over which it has gained", 60, "sessions", least=1)
    by: float = parameter("how much", 1.0, "index points", above=0)
    framework: str | Framework = parameter("a framework, its name or path", "observable")
    pillar: str = parameter('one of the pillars, or "" for all together', "")
    claims: ClassVar[tuple[str, ...]] = ("M1", "M2")
    what, against, unit = "{index} {window}-session change", "by", POINTS

    def value(self, market: Market) -> pd.Series:
        """Return the change over the window."""
        found = self.found(market)
        level = found.pillars[self.pillar] if self.pillar else found.index
        return level.diff(self.window).round(8)
