"""
A thesis in a file
==================

Claims, baskets, what refutes them and by when stand in one TOML file; the built-in thesis is such
a file, and another ships.
"""

from backtest import load_market
from backtest.evidence import scorecard
from backtest.render.plots import plot
from strategies.claims import SHIPPED, shipped_thesis

print(list(SHIPPED))
thesis = shipped_thesis("anti-involution-2025")
card = scorecard(thesis.source, thesis.claims, load_market("sample"), draws=199)
print(card.table)
picture = plot(card)
