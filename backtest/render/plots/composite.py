"""Plots of the composite index."""

from __future__ import annotations

from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from backtest.composite import Composite
from backtest.composite.back_to_data import back_to_data
from backtest.evidence.composite_sensitivity import CompositeSensitivity
from backtest.market import Date
from backtest.render.plots.fonts import drawable
from backtest.render.plots.style import axes_for, color, legend_below, synthetic_note, title
from backtest.views.index_words import MIDDLE, SCALES, spoken

NEUTRAL = 50.0  # points


def composite_index(found: Composite, ax: Axes | None = None) -> Axes:
    """Draw the level, in points, where indicators entered or left, and the chained index.

    The scale is the level's: the chained index is for moves, and entries and exits move it off.
    """
    axes = axes_for(ax)
    level, method = found.unlinked["all"], found.framework.normalization
    label = "chained, for moves"
    axes.plot(found.index.index, found.index, color=color(5), linewidth=1.0, label=label)
    label = "level of the day's members"
    axes.plot(level.index, level, color=color(0), linewidth=1.6, label=label)
    if method in MIDDLE:
        label = f"50: {MIDDLE[method]}"
        axes.axhline(NEUTRAL, color="#555555", linewidth=0.8, label=label)
    turned = found.changes[
        (found.changes["entered"].str.len() + found.changes["left"].str.len()) > 0
    ]
    if len(turned):
        axes.plot(
            turned.index,
            level.reindex(turned.index),
            "|",
            color=color(1),
            markersize=14,
            markeredgewidth=2,
            zorder=3,
            label="one enters or leaves",
        )
    axes.set_ylabel("points")
    _finish(axes, found, f"Index; {SCALES[method]}")
    legend_below(axes)
    return axes


def pillar_areas(found: Composite, ax: Axes | None = None) -> Axes:
    """Draw what each pillar has brought to the index since its first session, stacked.

    What raised the index stands above zero, what lowered it below; the line is their sum, the
    change of the chained index.
    """
    axes = axes_for(ax)
    moved = found.contributions.loc[found.index.first_valid_index() :]
    brought = pd.DataFrame(
        {
            pillar: moved[list(names)].sum(axis=1).cumsum()
            for pillar, names in found.framework.pillars.items()
            if names
        }
    )
    days, values = brought.index, brought.to_numpy(dtype=float).T
    for sign in (1.0, -1.0):
        part = np.where(values * sign > 0.0, values, 0.0)
        base = np.zeros(len(days))
        for number, name in enumerate(brought.columns):
            label = name if sign > 0.0 else None
            axes.fill_between(
                days, base, base + part[number], color=color(number), linewidth=0, label=label
            )
            base = base + part[number]
    axes.plot(
        days, values.sum(axis=0), color="black", linewidth=1.2, label="change of the chained index"
    )
    axes.axhline(0.0, color="#555555", linewidth=0.8)
    axes.set_ylabel("points since the first session")
    _finish(axes, found, "What each pillar brought")
    legend_below(axes)
    return axes


def contribution_bars(found: Composite, start: Date, end: Date, ax: Axes | None = None) -> Axes:
    """Draw what each indicator brought in the index's move between two dates, largest on top."""
    axes = axes_for(ax)
    table = back_to_data(found, start, end)
    table = table[table["points"] != 0.0]
    pillars = list(found.pillars.columns)
    colors = [color(pillars.index(name)) for name in table["pillar"]]
    bars = axes.barh(range(len(table)), table["points"], color=colors)
    axes.bar_label(bars, fmt="%+.2f", padding=3, fontsize="small")
    axes.set_yticks(range(len(table)), [_short(name, 40) for name in table.index], fontsize="small")
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.axvline(0.0, color="#555555", linewidth=0.8)
    axes.set_xlabel("points of the chained index")
    window = f"{pd.Timestamp(start):%Y-%m-%d} to {pd.Timestamp(end):%Y-%m-%d}"
    _finish(axes, found, f"What moved the index, {window}")
    marks = [Patch(color=color(number), label=name) for number, name in enumerate(pillars)]
    axes.legend(
        handles=marks, loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False, ncols=4
    )
    return axes


def coverage(found: Composite, ax: Axes | None = None) -> Axes:
    """Draw the share of the indicators in force that have a fresh value, in all and by pillar."""
    axes = axes_for(ax)
    days = found.coverage.index
    for number, name in enumerate(found.pillars.columns):
        axes.step(
            days,
            found.coverage[name],
            where="post",
            color=color(number),
            linewidth=0.9,
            alpha=0.7,
            label=name,
        )
    axes.step(days, found.coverage["all"], where="post", color="black", linewidth=1.6, label="all")
    least = found.framework.min_coverage
    axes.axhline(least, color="#555555", linestyle=":", label=f"least for an index, {least:.0%}")
    axes.set_ylim(-0.02, 1.04)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    _finish(axes, found, "Coverage")
    legend_below(axes)
    return axes


def sobol_bars(found: CompositeSensitivity, outcome: str, ax: Axes | None = None) -> Axes:
    """Draw how much of an outcome's variance each choice accounts for, with its interval."""
    axes = axes_for(ax)
    table = found.indices[found.indices["outcome"] == outcome]
    rows = np.arange(len(table))
    for offset, key, label in ((-0.2, "first", "alone"), (0.2, "total", "with all others")):
        axes.barh(
            rows + offset,
            table[key],
            height=0.38,
            xerr=table[f"{key}_half"],
            color=color(0 if key == "total" else 5),
            ecolor="#555555",
            capsize=3,
            label=label,
        )
    names = [
        f"{factor}\n({verdict})"
        for factor, verdict in zip(table["factor"], table["verdict"], strict=True)
    ]
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    axes.axvline(0.0, color="#555555", linewidth=0.8)
    axes.set_xlabel("share of the variance, Sobol indices with 90% intervals")
    name = found.framework.title or found.framework.name
    title(
        axes,
        f"What moves the {spoken(outcome)}, {len(found.variants)} variants, in sample\n"
        f"{_where(name, found.market, found.synthetic)}",
    )
    axes.grid(alpha=0.25, axis="x")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False, ncols=2)
    return axes


def _finish(axes: Axes, found: Composite, what: str) -> None:
    name = found.framework.title or found.framework.name
    title(axes, f"{what}\n{_where(name, found.market.name, found.synthetic)}")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _where(name: str, market: str, synthetic: bool) -> str:
    return f"{_short(name, 60)}, {_short(market, 30)}{synthetic_note(synthetic)}"


def _short(text: str, most: int) -> str:
    return shorten(drawable(text), most, placeholder=" …") if len(text) > most else drawable(text)
