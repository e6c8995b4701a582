"""Plots: each draws one thing on Axes and returns them. Only this package imports matplotlib."""

from backtest.report.plots.curves import drawdown, equity
from backtest.report.plots.evidence import forest, placebo, rungs
from backtest.report.plots.style import png
from backtest.report.plots.tuning import heat_map, switch_raster

__all__ = ["drawdown", "equity", "forest", "heat_map", "placebo", "png", "rungs", "switch_raster"]
