"""
Strategies side by side
=======================

All columns over one window: from the first session on which all have what they need.
"""

from backtest import compare, load_market, run_many
from backtest.render.plots import plot
from strategies import EqualWeight, SectorMomentum, StaticBlend, ThesisRotation

strategies = [ThesisRotation(), SectorMomentum(), StaticBlend(), EqualWeight()]
results = run_many(strategies, load_market("sample"))
print(compare(results)[["cagr", "sharpe", "max_drawdown", "turnover"]].round(2))
picture = plot(results)
