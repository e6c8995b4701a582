"""Coverage: what stands for a basket on a market, and how well."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backtest.market import Market
from backtest.strategy.basket import NONE, Basket


@dataclass(frozen=True)
class Coverage:
    """What stands for a basket on a market.

    Attributes
    ----------
    basket : Basket
        As the market's universe has it.
    members : tuple of str
        Sectors of the universe with prices now that stand for it.
    listed : float
        The share of its weight that has prices on the last session.
    since : str
        The first session on which all that is listed has a price.
    fits : str
        "good" or "partial", where the members named were judged for this universe; "nearest
        sectors" where it has none of its own; "none" where nothing listed stands for it.
    confidence : str
        How sure that judgement is: "high", "medium" or "low"; "" where it was not judged.
    same_as : tuple of str
        Other baskets with the same members and weights here.
    """

    basket: Basket
    members: tuple[str, ...]
    listed: float
    since: str
    fits: str
    confidence: str
    same_as: tuple[str, ...]

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """Return it as `nqp baskets --json` prints it."""
        zh = language == "zh"
        return {
            "name": self.basket.name,
            "title": self.basket.title_zh if zh else self.basket.title,
            "claims": list(self.basket.claims),
            "weights": dict(self.basket.weights),
            "members": list(self.members),
            "listed": self.listed,
            "since": self.since,
            "coverage": self.fits,
            "confidence": self.confidence,
            "note": self.basket.note,
            "same_as": list(self.same_as),
        }


def coverage(baskets: Iterable[Basket], market: Market) -> tuple[Coverage, ...]:
    """Return what stands for each basket on a market."""
    universe = market.universe
    own = {basket: basket.on(universe.name) for basket in baskets}
    now = market.sector_close.notna()
    found = []
    for basket, here in own.items():
        listed, members = 0.0, []
        for sector, weight in here.weights:
            standing = [name for name in market.sectors_of([sector]) if now[name].iloc[-1]]
            listed += weight if standing else 0.0
            members += standing
        whole = now[members].all(axis=1) if members else now.any(axis=1) & False
        judged = universe.name in dict(basket.by_universe) or basket.coverage == NONE
        fits = basket.coverage if judged else "nearest sectors"
        found.append(
            Coverage(
                basket=here,
                members=tuple(members),
                listed=round(listed, 9),
                since=f"{whole.idxmax():%Y-%m-%d}" if whole.any() else "",
                fits=fits if basket.coverage else "as named",
                confidence=basket.confidence if judged else "",
                same_as=tuple(
                    other.name
                    for other, its in own.items()
                    if other is not basket
                    and its.weights
                    and dict(its.weights) == dict(here.weights)
                ),
            )
        )
    return tuple(found)
