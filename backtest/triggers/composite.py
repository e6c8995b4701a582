"""Triggers on the composite index (claims M1, M2). Imports the composite and the algebra.

The index is computed once for each market and framework, whatever is asked of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.composite import PILLARS, Framework, composite, load_framework
from backtest.errors import UserError, suggest
from backtest.market import Market
from backtest.triggers.algebra import Trigger, constant, decided, positive
from backtest.triggers.reading import Reading

POINTS = "index points"


@dataclass(frozen=True)
class CompositeAbove(Trigger):
    """The composite index, or one of its pillars, is above `level` points.

    50 points are the indicators' own past; see `backtest.composite`. `framework` is the name or
    path of one, `pillar` "" for the whole index.
    """

    level: float = 50.0
    framework: str | Framework = "observable"
    pillar: str = ""
    claims: ClassVar[tuple[str, ...]] = ("M1", "M2")

    def __post_init__(self) -> None:
        _check(self.framework, self.pillar)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the chain-linked level; unknown below the framework's coverage."""
        index = level_of(market, self.framework, self.pillar)
        return decided(index > self.level, known=index.notna())

    @property
    def label(self) -> str:
        """What is measured."""
        return _spoken(self.framework, self.pillar)

    def reading(self, market: Market) -> Reading:
        """Return the level, against `level`."""
        index = level_of(market, self.framework, self.pillar)
        return Reading(self.label, index, constant(self.level, market), POINTS, "above")


@dataclass(frozen=True)
class CompositeRising(Trigger):
    """The composite index, or one of its pillars, gained at least `by` points over `window`."""

    window: int = 60
    by: float = 1.0
    framework: str | Framework = "observable"
    pillar: str = ""
    claims: ClassVar[tuple[str, ...]] = ("M1", "M2")

    def __post_init__(self) -> None:
        positive("window", self.window)
        positive("by", self.by)
        _check(self.framework, self.pillar)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the change of the chain-linked level, which no entry or exit moves."""
        change = self._change(market)
        return decided(change >= self.by, known=change.notna())

    @property
    def label(self) -> str:
        """What is measured."""
        return f"{_spoken(self.framework, self.pillar)} {self.window}-session change"

    def reading(self, market: Market) -> Reading:
        """Return the change over the window, against `by`."""
        change, by = self._change(market), constant(self.by, market)
        return Reading(self.label, change, by, POINTS, "at least")

    def _change(self, market: Market) -> pd.Series:
        return level_of(market, self.framework, self.pillar).diff(self.window).round(8)


def level_of(market: Market, framework: str | Framework, pillar: str) -> pd.Series:
    """Return the chain-linked level of a framework's index, or of one of its pillars."""
    found = composite(market, framework)
    if not pillar:
        return found.index
    if pillar not in found.pillars:
        raise UserError(
            f"framework {found.framework.name} has no pillar {pillar!r}; "
            f"{suggest(pillar, found.framework.pillars)}"
        )
    return found.pillars[pillar]


def _check(framework: str | Framework, pillar: str) -> None:
    if not isinstance(framework, Framework):
        load_framework(framework)
    if pillar and pillar not in PILLARS:
        raise UserError(f"there is no pillar {pillar!r}; {suggest(pillar, PILLARS)}")


def _spoken(framework: str | Framework, pillar: str) -> str:
    name = framework.name if isinstance(framework, Framework) else framework
    return f"composite index ({name}{pillar and f', {pillar}'})"
