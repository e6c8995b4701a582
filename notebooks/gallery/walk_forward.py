"""
Walk-forward: what tuning would have earned
===========================================

Parameters are chosen on the past and traded on the year that follows, again and again. ``decay``
compares what was promised in sample with what came out of sample.
"""

from backtest import load_market, walk_forward
from backtest.render.plots import plot
from strategies import RateRotation

market = load_market("sample")
space = {"fall_bp": [5.0, 10.0, 20.0], "rate_window": [60, 120, 240]}
walked = walk_forward(RateRotation(), space, market)
print(walked.decay.round(2))
picture = plot(walked)
