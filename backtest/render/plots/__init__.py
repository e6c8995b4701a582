"""Plots: each draws one thing on Axes and returns them. Only this package imports matplotlib."""

from backtest.render.plots.chart import chart_figure
from backtest.render.plots.composite import (
    composite_index,
    contribution_bars,
    coverage,
    pillar_areas,
    sobol_bars,
)
from backtest.render.plots.curves import drawdown, equity
from backtest.render.plots.evidence import forest, placebo, rungs
from backtest.render.plots.style import png
from backtest.render.plots.tuning import heat_map, switch_raster

__all__ = [
    "chart_figure",
    "composite_index",
    "contribution_bars",
    "coverage",
    "drawdown",
    "equity",
    "forest",
    "heat_map",
    "pillar_areas",
    "placebo",
    "png",
    "rungs",
    "sobol_bars",
    "switch_raster",
]
