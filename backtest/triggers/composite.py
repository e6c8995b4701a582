"""Triggers on the composite index (claims M1, M2).

The index is computed once for each market and framework, whatever is asked of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.composite import PILLARS, Framework, composite, load_framework
from backtest.errors import UserError, suggest, unknown
from backtest.market import Market
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.algebra import Measured, constant
from backtest.triggers.reading import Reading

POINTS = "index points"


@dataclass(frozen=True)
class CompositeAbove(Measured):
    """What the composite's members say, together or of one pillar, is above `level` points.

    For "z" 50 points are the mean of the members' own past, for other normalizations see
    `backtest.composite.composite`. That is the unlinked level: links keep the index from jumping,
    but move it off its scale for good. Unknown below the framework's coverage.
    """

    level: float = parameter("what it has to be above", 50.0, "index points")
    framework: str | Framework = parameter("a framework, its name or path", "observable")
    pillar: str = parameter('one of the pillars, or "" for all together', "")
    claims: ClassVar[tuple[str, ...]] = ("M1", "M2")

    def __post_init__(self) -> None:
        _check(self.framework, self.pillar)

    @property
    def label(self) -> str:
        """What is measured."""
        return _spoken(self.framework, self.pillar)

    def reading(self, market: Market) -> Reading:
        """Return the level, against `level`."""
        level = self._level(market)
        return Reading(self.label, level, constant(self.level, market), POINTS, "above")

    def _level(self, market: Market) -> pd.Series:
        found = composite(market, self.framework)
        _check_pillar(found.framework, self.pillar)
        return found.unlinked[self.pillar or "all"]


@dataclass(frozen=True)
class CompositeRising(Measured):
    """The composite index, or one of its pillars, gained at least `by` points over `window`.

    Of the chain-linked level, which no entry or exit of an indicator moves: today's less that of
    `window` sessions ago, rounded to eight decimals. Unknown where either is.
    """

    window: int = parameter("over which it has gained", 60, "sessions", least=1)
    by: float = parameter("how much", 1.0, "index points", above=0)
    framework: str | Framework = parameter("a framework, its name or path", "observable")
    pillar: str = parameter('one of the pillars, or "" for all together', "")
    claims: ClassVar[tuple[str, ...]] = ("M1", "M2")

    def __post_init__(self) -> None:
        _check(self.framework, self.pillar)

    @property
    def label(self) -> str:
        """What is measured."""
        return Note(
            "{index} {window}-session change",
            index=_spoken(self.framework, self.pillar),
            window=self.window,
        )

    def reading(self, market: Market) -> Reading:
        """Return the change over the window, against `by`."""
        change, by = self._change(market), constant(self.by, market)
        return Reading(self.label, change, by, POINTS, "at least")

    def _change(self, market: Market) -> pd.Series:
        found = composite(market, self.framework)
        _check_pillar(found.framework, self.pillar)
        level = found.pillars[self.pillar] if self.pillar else found.index
        return level.diff(self.window).round(8)


def _check_pillar(framework: Framework, pillar: str) -> None:
    if pillar and pillar not in framework.pillars:
        raise UserError(
            "framework {framework} has no pillar {pillar!r}; {suggestion}",
            framework=framework.name,
            pillar=pillar,
            suggestion=suggest(pillar, framework.pillars),
        )


def _check(framework: str | Framework, pillar: str) -> None:
    if not isinstance(framework, Framework):
        load_framework(framework)
    if pillar and pillar not in PILLARS:
        raise unknown("pillar", pillar, PILLARS)


def _spoken(framework: str | Framework, pillar: str) -> str:
    name = framework.name if isinstance(framework, Framework) else framework
    if pillar:
        return Note("composite index ({name}, {pillar})", name=name, pillar=pillar)
    return Note("composite index ({name})", name=name)
