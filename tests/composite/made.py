"""Small frameworks and markets for tests of the composite."""

from dataclasses import replace

from backtest.composite import Framework, Indicator
from backtest.market import Market
from tests.markets import make_market


def indicator(name: str, pillar: str = "supply", **fields) -> Indicator:
    """Return an indicator scored from its third value on; one is new where the series changes."""
    return Indicator(name, pillar, **{"series": name, "frequency": "yearly", **fields})


def framework(*indicators: Indicator, **fields) -> Framework:
    """Return a framework of the pillars its indicators are of."""
    pillars = tuple((name, 1.0) for name in dict.fromkeys(one.pillar for one in indicators))
    return Framework("made", indicators, **{"pillar_weights": pillars, **fields})


def market(*, synthetic: bool = False, **series) -> Market:
    """Return a market with series as known after each session; real unless told otherwise."""
    rows = len(next(iter(series.values())))
    made = make_market(close={"machinery": [10.0] * rows}, series=series)
    return replace(made, synthetic=synthetic)
