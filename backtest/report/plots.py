"""Plots of results: each draws one thing on Axes and returns them. Only this imports matplotlib.

Colors are those of Okabe and Ito (2008), which color-blind readers can tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.dates import date2num
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator

from backtest.evidence.ladder import Ladder
from backtest.evidence.placebo import PlaceboTest
from backtest.evidence.scorecard import Scorecard
from backtest.result import BacktestResult
from backtest.tuning import maps
from backtest.tuning.sweep import Sweep

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999", "#F0E442")

VERDICT_COLORS = {"held": COLORS[2], "failed": COLORS[1], "cannot tell": COLORS[6]}
UNITS = {"return": 100.0, "share": 100.0, "correlation": 1.0, "bp": 1.0}


def equity(results: BacktestResult | Sequence[BacktestResult], ax: Axes | None = None) -> Axes:
    """Draw the growth of 1 of one or more results, and of the first one's benchmarks.

    With a single result, a ribbon under the curve shows what was held.
    """
    several = [results] if isinstance(results, BacktestResult) else list(results)
    axes = _axes(ax)
    first = several[0]
    for number, result in enumerate(several):
        growth = (1.0 + result.returns).cumprod()
        axes.plot(growth.index, growth, color=_color(number), linewidth=1.6, label=result.name)
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
    _legend(axes)
    return axes


def drawdown(results: BacktestResult | Sequence[BacktestResult], ax: Axes | None = None) -> Axes:
    """Draw the fall from the highest value so far."""
    several = [results] if isinstance(results, BacktestResult) else list(results)
    axes = _axes(ax)
    for number, result in enumerate(several):
        fall = result.drawdown
        axes.plot(fall.index, fall, color=_color(number), linewidth=1.0, label=result.name)
        if len(several) == 1:
            axes.fill_between(fall.index, fall, 0.0, color=_color(number), alpha=0.25)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    _titled(axes, several[0], "Drawdown")
    _legend(axes)
    return axes


def _ribbon(axes: Axes, regime: pd.Series) -> None:
    """Color a strip along the bottom by what is held."""
    names = list(dict.fromkeys(regime))
    changes = np.flatnonzero(np.r_[True, regime.to_numpy()[1:] != regime.to_numpy()[:-1]])
    ends = np.r_[changes[1:], len(regime) - 1]
    labeled: set[Any] = set()
    for begin, end in zip(changes.tolist(), ends.tolist(), strict=True):
        name = regime.iloc[begin]
        axes.axvspan(
            regime.index[begin],
            regime.index[end],
            ymax=0.04,
            color=_color(1 + names.index(name)),
            linewidth=0,
            label=None if name in labeled else f"holds {name}",
        )
        labeled.add(name)


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    _, axes = pyplot.subplots(figsize=(9, 4.5), layout="constrained")
    return axes


def _titled(axes: Axes, result: BacktestResult, what: str) -> None:
    manifest = result.manifest
    kind = " (SYNTHETIC DATA)" if result.synthetic else ""
    axes.set_title(
        f"{what} on {manifest['market']}{kind}, {' to '.join(manifest['window'])}",
        loc="left",
        fontsize="medium",
    )
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _legend(axes: Axes) -> None:
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.07), fontsize="small", frameon=False, ncols=4
    )


def _color(number: int) -> str:
    return COLORS[number % len(COLORS)]


def heat_map(swept: Sweep, rows: str, columns: str, ax: Axes | None = None) -> Axes:
    """Draw the median score by the values of two parameters; the best variant is marked."""
    axes = _axes(ax)
    table = maps.heat_map(swept, rows, columns)
    image = axes.imshow(table.to_numpy(), aspect="auto", origin="lower", cmap="cividis")
    axes.figure.colorbar(image, ax=axes, label=f"median {swept.score}")
    axes.set_xticks(range(table.shape[1]), [f"{value:g}" for value in table.columns])
    axes.set_yticks(range(table.shape[0]), [f"{value:g}" for value in table.index])
    axes.set_xlabel(columns)
    axes.set_ylabel(rows)
    chosen = swept.variants.parameters(int(swept.ranking[0]))
    axes.plot(
        table.columns.tolist().index(chosen[columns]),
        table.index.tolist().index(chosen[rows]),
        "x",
        color="#D55E00",
        markersize=10,
        markeredgewidth=2.5,
    )
    axes.set_title(_swept_title(swept, "x marks the best"), loc="left", fontsize="medium")
    return axes


def switch_raster(swept: Sweep, ax: Axes | None = None) -> Axes:
    """Draw what variants hold over time, one line a variant, the best on top."""
    axes = _axes(ax)
    held = maps.switch_raster(swept)
    names = list(dict.fromkeys(held.to_numpy().ravel()))
    codes = held.map(names.index).to_numpy(dtype=float)
    palette = ListedColormap([_color(number) for number in range(len(names))])
    dates = date2num(held.columns.to_numpy())  # type: ignore[no-untyped-call]
    axes.imshow(
        codes,
        aspect="auto",
        interpolation="nearest",
        cmap=palette,
        vmin=-0.5,
        vmax=len(names) - 0.5,
        extent=(dates[0], dates[-1], len(held), 0),
    )
    axes.xaxis_date()
    axes.set_ylabel("variants, by rank")
    axes.set_yticks([])
    patches = [Patch(color=_color(number), label=name) for number, name in enumerate(names)]
    axes.legend(
        handles=patches,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.07),
        fontsize="small",
        frameon=False,
        ncols=4,
    )
    axes.set_title(_swept_title(swept, "what is held"), loc="left", fontsize="medium")
    return axes


def forest(card: Scorecard, unit: str = "return", ax: Axes | None = None) -> Axes:
    """Draw every claim measured in a unit with its interval, colored by its verdict.

    Thick bars are the bootstrap interval, thin ones that with blocks of twice the length, crosses
    what other readings of the claim give.
    """
    axes = _axes(ax)
    shown = [item for item in card.findings if item.unit == unit and item.interval is not None]
    scale = UNITS[unit]
    for row, item in enumerate(reversed(shown)):
        bounds, color = item.interval, VERDICT_COLORS[item.verdict]
        assert bounds is not None
        axes.hlines(row, scale * bounds.longer[0], scale * bounds.longer[1], color, linewidth=1)
        axes.hlines(row, scale * bounds.low, scale * bounds.high, color, linewidth=4, alpha=0.5)
        others = [scale * other.value for other in item.sensitivity]
        axes.plot(others, [row] * len(others), "x", color="#555555", markersize=4)
        axes.plot(scale * item.value, row, "o", color=color)
    axes.axvline(0.0, color="#555555", linewidth=0.8)
    axes.set_yticks(range(len(shown)), [item.claim.id for item in reversed(shown)])
    axes.set_xlabel({"bp": "basis points", "correlation": "correlation"}.get(unit, "percent"))
    kind = " (SYNTHETIC DATA)" if card.synthetic else ""
    axes.set_title(
        f"Claims on {card.market}{kind}, as of {card.as_of:%Y-%m-%d}", loc="left", fontsize="medium"
    )
    marks = [
        Line2D([], [], color=color, marker="o", linewidth=0, label=verdict)
        for verdict, color in VERDICT_COLORS.items()
    ]
    marks.append(Line2D([], [], color="#555555", marker="x", linewidth=0, label="another reading"))
    axes.legend(
        handles=marks, loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False, ncols=4
    )
    axes.grid(alpha=0.25, axis="x")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def rungs(ladder: Ladder, figure: str = "cagr", ax: Axes | None = None) -> Axes:
    """Draw the ladder from perfect foresight down, the strategy's own rung in another color."""
    axes = _axes(ax)
    values = ladder.rungs[figure]
    scale = 1.0 if figure == "sharpe" else 100.0
    colors = [_color(1) if name == ladder.strategy else _color(0) for name in values.index]
    bars = axes.barh(range(len(values)), scale * values.to_numpy(), color=colors)
    axes.bar_label(bars, fmt="%.2f" if figure == "sharpe" else "%.1f%%", padding=3)
    axes.set_yticks(range(len(values)), list(values.index))
    axes.invert_yaxis()
    axes.axvline(0.0, color="#555555", linewidth=0.8)
    axes.set_xlabel({"cagr": "percent a year", "sharpe": "Sharpe ratio"}.get(figure, "percent"))
    kind = " (SYNTHETIC DATA)" if ladder.synthetic else ""
    axes.set_title(f"What the rotation could be worth{kind}", loc="left", fontsize="medium")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def placebo(test: PlaceboTest, figure: str = "sharpe", ax: Axes | None = None) -> Axes:
    """Draw the distribution of placebos and where the strategy itself lies in it."""
    axes = _axes(ax)
    scale = 1.0 if figure == "sharpe" else 100.0
    values = scale * test.figures[figure].dropna()
    axes.hist(values, bins=40, color=_color(5), label=f"{len(values)} placebos: {test.kind}")
    axes.axvline(
        scale * test.actual[figure],
        color=_color(1),
        linewidth=2,
        label=f"the strategy (p = {test.p[figure]:.2f})",
    )
    axes.set_xlabel("Sharpe ratio" if figure == "sharpe" else "total return, percent")
    axes.set_ylabel("placebos")
    kind = " (SYNTHETIC DATA)" if test.synthetic else ""
    axes.set_title(f"The strategy among placebos{kind}", loc="left", fontsize="medium")
    axes.legend(loc="upper right", fontsize="small", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def png(axes: Axes) -> bytes:
    """Return the figure of some Axes as a PNG, and close it."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=120, metadata={"Software": None})
    pyplot.close(figure)
    return picture.getvalue()


def _swept_title(swept: Sweep, what: str) -> str:
    kind = " (SYNTHETIC DATA)" if swept.market.synthetic else ""
    return f"{len(swept):,} variants on {swept.market.name}{kind}, in sample: {what}"
