"""Plots of backtests: equity and drawdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator

from backtest.engine.result import BacktestResult
from backtest.render.plots.style import axes_for, color, legend_below, synthetic_note, title
from backtest.views.palette import regime_colors


def equity(results: BacktestResult | Sequence[BacktestResult], ax: Axes | None = None) -> Axes:
    """Draw the growth of 1 of one or more results, and of the first one's benchmarks.

    With a single result, a ribbon under the curve shows what was held.
    """
    several = [results] if isinstance(results, BacktestResult) else list(results)
    axes = axes_for(ax)
    first = several[0]
    for number, result in enumerate(several):
        growth = (1.0 + result.returns).cumprod()
        axes.plot(growth.index, growth, color=color(number), linewidth=1.6, label=result.name)
    for (name, returns), style in zip(first.benchmarks.items(), ("--", ":"), strict=False):
        growth = (1.0 + returns).cumprod()
        axes.plot(growth.index, growth, style, color="#555555", linewidth=1.0, label=name)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 1.5, 2.0, 3.0, 5.0, 7.0)))
    axes.yaxis.set_major_formatter("{x:.2g}")
    axes.yaxis.set_minor_formatter("")
    axes.set_ylabel("growth of 1, log scale")
    _titled(axes, first, "Equity")
    if len(several) == 1:
        _ribbon(axes, first.regime)
    legend_below(axes)
    return axes


def drawdown(results: BacktestResult | Sequence[BacktestResult], ax: Axes | None = None) -> Axes:
    """Draw the fall from the highest value so far."""
    several = [results] if isinstance(results, BacktestResult) else list(results)
    axes = axes_for(ax)
    for number, result in enumerate(several):
        fall = result.drawdown
        axes.plot(fall.index, fall, color=color(number), linewidth=1.0, label=result.name)
        if len(several) == 1:
            axes.fill_between(fall.index, fall, 0.0, color=color(number), alpha=0.25)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    _titled(axes, several[0], "Drawdown")
    legend_below(axes)
    return axes


def _ribbon(axes: Axes, regime: pd.Series) -> None:
    """Color a strip along the bottom by what is held."""
    shades = regime_colors(regime)
    changes = np.flatnonzero(np.r_[True, regime.to_numpy()[1:] != regime.to_numpy()[:-1]])
    ends = np.r_[changes[1:], len(regime) - 1]
    labeled: set[Any] = set()
    for begin, end in zip(changes.tolist(), ends.tolist(), strict=True):
        name = regime.iloc[begin]
        label = "lighter: with an overlay" if "+" in name else f"holds {name}"
        axes.axvspan(
            regime.index[begin],
            regime.index[end],
            ymax=0.04,
            color=shades[name],
            linewidth=0,
            label=None if label in labeled else label,
        )
        labeled.add(label)


def _titled(axes: Axes, result: BacktestResult, what: str) -> None:
    manifest = result.manifest
    note = synthetic_note(result.synthetic)
    title(axes, f"{what} on {manifest['market']}{note}, {' to '.join(manifest['window'])}")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
