"""
The rotation map
================

Relative strength against relative momentum of the NQP tracks, twelve week-ends up to a date,
from what was known then.
"""

from backtest import load_market, rotation_map
from backtest.render.plots import plot
from strategies.taxonomy import TRACKS

tracks = {name: basket.sectors for name, basket in TRACKS.items()}
found = rotation_map(load_market("sample"), tracks, as_of="2024-12-31")
picture = plot(found)
