"""
Tuning, and the odds that it was luck
=====================================

Every variant counts as a trial, for ever. The verdict asks whether the best one's timing beats
the best of all trials with their signals moved in time.
"""

from backtest import load_market, sweep
from backtest.render.plots import plot
from strategies import RateRotation

market = load_market("sample")
space = {"fall_bp": [5.0, 10.0, 20.0, 30.0], "rate_window": [40, 60, 120, 240]}
swept = sweep(RateRotation(), space, market)
print(swept.honesty.verdict)
print(swept.honesty.banner)
picture = plot(swept)
