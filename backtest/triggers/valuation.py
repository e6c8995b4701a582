"""Triggers on valuations: percentile of their own past, one against another, equity risk premium.

The valuation of a basket is that of equal holdings: one over the mean, over its sectors or
instruments, of the mean of 1/PE over a sector's instruments that have a PE (`market.valuation`).
Losses count: they make it higher than any PE. Its percentile is the share of the last `years` ×
sessions-a-year sessions (rounded), this one included and with a known valuation, on which it was no
higher than now; unknown where now it is, or on more than half of these sessions (rounded down).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.market.relative_strength import group_levels
from backtest.market.valuation import inverse_valuation
from backtest.parameter import parameter
from backtest.triggers.abnormal import present, spoken_group
from backtest.triggers.crowding import against_past
from backtest.triggers.measured import Leaf

SHOWN = {"pe": "PE", "pb": "PB", "price": "price"}
MEASURES = tuple(SHOWN)
BASKET = "sectors or instruments, held alike"
MEASURE = 'what is compared; "price" where there is no valuation'


class OfBasket:
    """What is about a basket's valuation: how both are spoken of."""

    basket: tuple[str, ...]
    measure: str

    @property
    def words(self) -> dict[str, Any]:
        """What stands in the places of the label."""
        return {"group": spoken_group(self.basket), "measure": SHOWN[self.measure]}


@dataclass(frozen=True)
class ValuationPercentile(OfBasket, Leaf):
    """A basket's valuation is in the lower `below` of its own last `years` years.

    Its percentile is at most `below`. With the measure "price" the basket's price index, which
    moves by the mean return of its sectors, stands for the valuation.
    """

    what, against, direction = "{group}: {measure} percentile", "below", "at most"

    basket: tuple[str, ...] = parameter(BASKET)
    below: float = parameter("the highest percentile", 0.3, "fraction", least=0, most=1)
    years: float = parameter("of its own past", 5.0, "years", above=0)
    measure: str = parameter(MEASURE, "pe", choices=MEASURES)

    def __post_init__(self) -> None:
        _named(self.basket)

    def value(self, market: Market) -> pd.Series:
        """Return the percentile."""
        return percentile(market, self.basket, self.years, self.measure)


@dataclass(frozen=True)
class ValuationGap(Leaf):
    """The valuation of basket `a` over that of `b` is in the lower `below` of its own past.

    The ratio's percentile over the last `years` years is at most `below`; unknown, and no part of
    the past, where `b` makes no profit.
    """

    what, against, direction = "valuation of {a} / {b}", "below", "at most"

    a: tuple[str, ...] = parameter(BASKET)
    b: tuple[str, ...] = parameter(BASKET)
    below: float = parameter("the highest percentile", 0.3, "fraction", least=0, most=1)
    years: float = parameter("of the ratio's own past", 5.0, "years", above=0)
    measure: str = parameter(MEASURE, "pe", choices=MEASURES)

    def __post_init__(self) -> None:
        _named(self.a, self.b)

    @property
    def words(self) -> dict[str, Any]:
        """What stands in the places of the label."""
        return {"a": self.a[0], "b": self.b[0]}

    def value(self, market: Market) -> pd.Series:
        """Return the percentile of the ratio."""
        ours, theirs = (_inverse(market, one, self.measure) for one in (self.a, self.b))
        return against_past(-ours / theirs.where(theirs > 0), _sessions(market, self.years))


@dataclass(frozen=True)
class LowestValuation(OfBasket, Leaf):
    """A basket's valuation percentile is the lowest among `others`, itself included.

    Percentiles as in `ValuationPercentile`; of equal ones all are the lowest. Unknown while one of
    them is.
    """

    what, direction = "{group}: {measure} rank", "at most"

    basket: tuple[str, ...] = parameter(BASKET)
    others: tuple[tuple[str, ...], ...] = parameter("the baskets it is held against")
    years: float = parameter("of its own past", 5.0, "years", above=0)
    measure: str = parameter(MEASURE, "pe", choices=MEASURES)

    def __post_init__(self) -> None:
        _named(self.basket, *self.others)

    def value(self, market: Market) -> pd.Series:
        """Return the percentile."""
        return percentile(market, self.basket, self.years, self.measure)

    def threshold(self, market: Market) -> pd.Series:
        """Return the lowest of the others."""
        others = [percentile(market, one, self.years, self.measure) for one in self.others]
        return pd.concat(others, axis=1).min(axis=1, skipna=False)


@dataclass(frozen=True)
class EquityRiskPremium(Leaf):
    """The earnings yield less the ten-year yield is at least `above` percentage points.

    100/PE of the benchmark, or of a basket where one is named, less the series, in percent, rounded
    to eight decimals.
    """

    what, against, unit = "equity risk premium", "above", "percentage points"

    above: float = parameter("the lowest premium", 3.0, "percentage points")
    basket: tuple[str, ...] = parameter("sectors or instruments; the benchmark where none", ())
    series: str = parameter('the yield; "rate" is the universe\'s ten-year yield', "rate")

    def value(self, market: Market) -> pd.Series:
        """Return the premium."""
        names = self.basket or (market.universe.benchmark,)
        return (100.0 * inverse_valuation(market, names) - market.need(self.series)).round(8)


def percentile(market: Market, basket: tuple[str, ...], years: float, measure: str) -> pd.Series:
    """Return the percentile of a basket's valuation in its own past, after every session."""
    sessions = _sessions(market, years)
    return market.remember(
        ("valuation percentile", basket, sessions, measure),
        lambda: against_past(-_inverse(market, basket, measure), sessions),
    )


def _sessions(market: Market, years: float) -> int:
    return max(1, round(years * market.universe.sessions_per_year))


def _inverse(market: Market, basket: tuple[str, ...], measure: str) -> pd.Series:
    """Return the inverse valuation of a basket, or of its price: higher is cheaper."""
    if measure != "price":
        return inverse_valuation(market, basket, measure)
    group = present(basket, market)
    if not group:
        return pd.Series(np.nan, index=market.sessions)
    return 1.0 / group_levels(market, {"group": tuple(group)})["group"]


def _named(*baskets: tuple[str, ...]) -> None:
    if not all(baskets):
        raise UserError("a basket is empty; name at least one sector or instrument")
