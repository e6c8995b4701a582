"""Whom an event was about: the basket its names stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from backtest.market.event_file import Event
from backtest.strategy.basket import Basket


@dataclass(frozen=True)
class EventBaskets:
    """What events may name: baskets, by name or by title ("big_technology").

    Attributes
    ----------
    default : Basket
        What an event is about that names none.
    """

    baskets: tuple[Basket, ...]
    default: Basket

    @cached_property
    def names(self) -> Mapping[str, Basket]:
        """Every name there is, and what it stands for."""
        return {
            name: one
            for one in self.baskets
            for name in (one.title.lower().replace(" ", "_"), one.name)
        }

    def of(self, event: Event) -> Basket:
        """Return what an event was about; the sectors of several baskets at equal weight."""
        found = [self.names[name] for name in event.about if self.names[name].weights]
        if len(found) < 2:
            return found[0] if found else self.default
        named = sorted({one.name for one in found})
        sectors = sorted({sector for one in found for sector in one.sectors})
        return Basket.of("+".join(named), sectors)
