"""Plots of the evidence: claims, foresight, placebos."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from backtest.evidence.foresight import Foresight
from backtest.evidence.placebo import PlaceboTest
from backtest.evidence.scorecard import Scorecard
from backtest.render.plots.style import COLORS, axes_for, color, synthetic_note, title

VERDICT_COLORS = {"held": COLORS[2], "failed": COLORS[1], "cannot tell": COLORS[6]}
UNITS = {"return": 100.0, "share": 100.0, "correlation": 1.0, "bp": 1.0}


def forest(card: Scorecard, unit: str = "return", ax: Axes | None = None) -> Axes:
    """Draw every claim measured in a unit with its interval, colored by its verdict.

    Bars are the 90 % interval, crosses what other readings of the claim give.
    """
    axes = axes_for(ax)
    shown = [item for item in card.findings if item.unit == unit and item.interval is not None]
    scale = UNITS[unit]
    for row, item in enumerate(reversed(shown)):
        bounds, color = item.interval, VERDICT_COLORS[item.verdict]
        assert bounds is not None
        axes.hlines(row, scale * bounds.low, scale * bounds.high, color, linewidth=4, alpha=0.5)
        others = [scale * other.value for other in item.sensitivity]
        axes.plot(others, [row] * len(others), "x", color="#555555", markersize=4)
        axes.plot(scale * item.value, row, "o", color=color)
    axes.axvline(0.0, color="#555555", linewidth=0.8)
    axes.set_yticks(range(len(shown)), [item.claim.id for item in reversed(shown)])
    axes.set_xlabel({"bp": "basis points", "correlation": "correlation"}.get(unit, "percent"))
    note = synthetic_note(card.synthetic)
    title(axes, f"Claims on {card.market}{note}, as of {card.as_of:%Y-%m-%d}")
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


def rungs(foresight: Foresight, figure: str = "cagr", ax: Axes | None = None) -> Axes:
    """Draw the rungs from perfect foresight down, the strategy's own rung in another color."""
    axes = axes_for(ax)
    values = foresight.rungs[figure]
    scale = 1.0 if figure == "sharpe" else 100.0
    colors = [color(1) if name == foresight.strategy else color(0) for name in values.index]
    bars = axes.barh(range(len(values)), scale * values.to_numpy(), color=colors)
    axes.bar_label(bars, fmt="%.2f" if figure == "sharpe" else "%.1f%%", padding=3)
    axes.set_yticks(range(len(values)), list(values.index))
    axes.invert_yaxis()
    axes.axvline(0.0, color="#555555", linewidth=0.8)
    axes.set_xlabel({"cagr": "percent a year", "sharpe": "Sharpe ratio"}.get(figure, "percent"))
    title(axes, f"What the rotation could be worth{synthetic_note(foresight.synthetic)}")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def placebo(test: PlaceboTest, figure: str = "sharpe", ax: Axes | None = None) -> Axes:
    """Draw the distribution of placebos and where the strategy itself lies in it."""
    axes = axes_for(ax)
    scale = 1.0 if figure == "sharpe" else 100.0
    values = scale * test.figures[figure].dropna()
    axes.hist(values, bins=40, color=color(5), label=f"{len(values)} placebos: {test.kind}")
    axes.axvline(
        scale * test.actual[figure],
        color=color(1),
        linewidth=2,
        label=f"the strategy (p = {test.p[figure]:.2f})",
    )
    axes.set_xlabel("Sharpe ratio" if figure == "sharpe" else "total return, percent")
    axes.set_ylabel("placebos")
    title(axes, f"The strategy among placebos{synthetic_note(test.synthetic)}")
    axes.legend(loc="upper right", fontsize="small", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return axes
