"""
The composite index
===================

Indicators in four pillars, each known only once it was released, after the steps of the OECD/JRC
handbook.
"""

from backtest import load_market
from backtest.composite import composite
from backtest.render.plots import plot

index = composite(load_market("sample"))
print(index.index.tail(3).round(1))
print(index.coverage.tail(1))
picture = plot(index)
