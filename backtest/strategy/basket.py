"""Basket: a named group of sectors with weights, as claims and events speak of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from backtest.errors import UserError
from backtest.market.event_file import Event

Weights = tuple[tuple[str, float], ...]
NONE = "none"


@dataclass(frozen=True)
class Basket:
    """Sectors and their weights (summing to 1), the claims that name them, and names to show.

    Sectors are Shenwan's, or those a universe declares. Where a market is finer, `by_universe` may
    name what stands for the basket there.

    Attributes
    ----------
    by_universe : tuple of (universe, weights)
        Sectors or instruments of a universe, with parts of any sum.
    coverage : str
        How well its members there cover it: "good", "partial" or "none", of something that has no
        listed proxy and no weights; "" where it is not said.
    confidence : str
        How sure that is: "high", "medium" or "low"; "" where it is not said.
    note : str
        Why these members.

    Examples
    --------
    >>> Basket.of("medicine", ["pharma_biotech"], claims=("T1",)).weights
    (('pharma_biotech', 1.0),)
    """

    name: str
    weights: Weights
    claims: tuple[str, ...] = ()
    title: str = ""
    title_zh: str = ""
    by_universe: tuple[tuple[str, Weights], ...] = ()
    coverage: str = ""
    confidence: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.weights and self.coverage == NONE:
            return
        for sector, weight in self.weights:
            if not weight > 0:
                raise UserError(
                    "basket {name}: the weight of {sector} was {weight}; give one above 0",
                    name=self.name,
                    sector=sector,
                    weight=weight,
                )
        if not self.weights or abs(sum(weight for _, weight in self.weights) - 1.0) > 1e-9:
            raise UserError(
                "basket {name}: its weights must sum to 1; use Basket.of", name=self.name
            )
        if len(set(self.sectors)) != len(self.weights):
            raise UserError(
                "basket {name}: a sector stands twice; add up its weights", name=self.name
            )

    @classmethod
    def of(
        cls,
        name: str,
        sectors: Iterable[str] | dict[str, float],
        *,
        claims: tuple[str, ...] = (),
        title: str = "",
        title_zh: str = "",
    ) -> Basket:
        """Build a basket of equal weights, or of relative weights given by sector."""
        if not isinstance(sectors, dict):
            sectors = dict.fromkeys([sectors] if isinstance(sectors, str) else sectors, 1.0)
        total = sum(sectors.values()) or 1.0
        weights = tuple((sector, weight / total) for sector, weight in sectors.items())
        return cls(name, weights, claims, title or name, title_zh)

    def on(self, universe: str) -> Basket:
        """Return the basket as a universe has it: of the members named for it, if any are."""
        members = dict(dict(self.by_universe).get(universe, ()))
        if not members:
            return self
        total = sum(members.values())
        weights = tuple((name, part / total) for name, part in members.items())
        return replace(self, weights=weights, by_universe=())

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """The sectors in the basket."""
        return tuple(sector for sector, _ in self.weights)


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
