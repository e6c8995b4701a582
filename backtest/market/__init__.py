"""Everything that could be known, by the session after whose close it was known."""

from backtest.market.market import Date, Market
from backtest.market.universe import Universe, load_universe

__all__ = ["Date", "Market", "Universe", "load_universe"]
