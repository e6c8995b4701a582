"""Sides: the two baskets of the rotation as parameters: a basket's name, sectors or instruments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from backtest.errors import unknown
from backtest.market import Market
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.strategy import Strategy
from backtest.strategy.allocation import equal, spread
from strategies.taxonomy import BASKETS

SIDES = ("nqp_basket", "traditional_basket")


@dataclass(frozen=True, kw_only=True)
class TwoSides(Strategy):
    """What a rotation holds on either side."""

    nqp_basket: str = parameter("what is held as NQP: a basket, or sectors, as banks,coal", "nqp")
    traditional_basket: str = parameter(
        "what is held as traditional: a basket, or sectors or instruments, as 801780", "traditional"
    )

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the two sides of the rotation."""
        return {
            "traditional": held(market, self.traditional_basket),
            "nqp": held(market, self.nqp_basket),
        }

    def remarks(self, market: Market) -> tuple[str, ...]:
        """Say of which sectors of either side a market has nothing."""
        sought = {**dict(parts(self.traditional_basket)), **dict(parts(self.nqp_basket))}
        there = {*market.by_shenwan, *market.by_sector, *market.instruments}
        names = ", ".join(sorted(sought.keys() - there))
        code = "{market} has nothing of {names}: baskets hold the rest of their sectors"
        said = [Note(code, market=market.name, names=names)] if names else []
        return (*super().remarks(market), *said)


def parts(text: str) -> tuple[tuple[str, float], ...]:
    """Return the sectors or instruments a text names, with relative weights.

    Examples
    --------
    >>> parts("banks,utilities"), parts("medicine")
    ((('banks', 1.0), ('utilities', 1.0)), (('pharma_biotech', 1.0),))
    """
    found: dict[str, float] = {}
    for name in filter(None, re.split(r"[,+\s]+", text)):
        for part, weight in BASKETS[name].weights if name in BASKETS else ((name, 1.0),):
            found[part] = found.get(part, 0.0) + weight
    return tuple(found.items())


def held(market: Market, text: str) -> pd.DataFrame:
    """Return the weights of a basket by name, of all sectors ("all"), or of names in equal parts.

    Raises
    ------
    UserError
        If a name is neither basket, sector nor instrument.
    """
    if text == "all":
        return equal(market)
    if text in BASKETS:
        return spread(market, BASKETS[text])
    universe = market.universe
    known = {*BASKETS, *universe.sectors, *universe.by_id, *universe.by_shenwan}
    for name, _ in parts(text):
        if name not in known:
            raise unknown("basket, sector or instrument", name, known)
    return spread(market, dict(parts(text)))
