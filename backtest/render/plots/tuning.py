"""Plots of sweeps: heat-map and switch raster."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.dates import date2num
from matplotlib.patches import Patch

from backtest.render.plots.style import axes_for, legend_below, synthetic_note, title
from backtest.tuning import maps
from backtest.tuning.sweep_result import Sweep
from backtest.views.palette import regime_colors


def heat_map(swept: Sweep, rows: str, columns: str, ax: Axes | None = None) -> Axes:
    """Draw the median score by the values of two parameters; the best variant is marked."""
    axes = axes_for(ax)
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
    title(axes, _swept_title(swept, "x marks the best"))
    return axes


def switch_raster(swept: Sweep, ax: Axes | None = None) -> Axes:
    """Draw what variants hold over time, one line a variant, the best on top."""
    axes = axes_for(ax)
    held = maps.switch_raster(swept)
    names = list(dict.fromkeys(held.to_numpy().ravel()))
    codes = held.map(names.index).to_numpy(dtype=float)
    shades = regime_colors(names)
    palette = ListedColormap([shades[name] for name in names])
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
    patches = [Patch(color=shades[name], label=name) for name in names]
    legend_below(axes, handles=patches)
    title(axes, _swept_title(swept, "what is held"))
    return axes


def _swept_title(swept: Sweep, what: str) -> str:
    note = synthetic_note(swept.market.synthetic)
    return f"{len(swept):,} variants on {swept.market.name}{note}, in sample: {what}"
