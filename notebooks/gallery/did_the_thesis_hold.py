"""
Did the thesis hold?
====================

For every claim of the report its outcome (did it happen?) and its evidence (by more than chance?).
"""

from backtest import load_market
from backtest.evidence import scorecard
from backtest.render.plots import plot
from strategies.claims import CLAIMS, REPORT

card = scorecard(REPORT, CLAIMS, load_market("sample"), draws=199)
print(card.table.head(6))
picture = plot(card)
