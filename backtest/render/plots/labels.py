"""Names of rows and columns, cut to the room there is, and numbers in a unit."""

from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from backtest.render.plots.fonts import drawable

SPAN = 84  # letters that fit below an axis
LABEL = 26  # letters of a line that names a row


def name_rows(axes: Axes, labels: list[str], lines: int = 1) -> None:
    """Name rows, the first on top, in up to so many lines."""
    broken = [wrap(label, LABEL)[: lines - 1] if len(label) > LABEL else [] for label in labels]
    rest = [
        label[len(" ".join(rows)) :].strip() for label, rows in zip(labels, broken, strict=True)
    ]
    named = ["\n".join([*rows, last]) for rows, last in zip(broken, _cut(rest), strict=True)]
    axes.set_yticks(range(len(labels)), [drawable(name) for name in named])
    axes.set_ylim(len(labels) - 0.5, -0.5)


def every(heads: list[str]) -> int:
    """Return the least step at which heads below an axis do not run into each other."""
    room = max(SPAN // (max((len(head) for head in heads), default=0) + 1), 1)
    return max(-(-len(heads) // room), 1)


def in_unit(unit: str) -> FuncFormatter:
    """Return what writes the numbers along an axis."""
    shape = {"percent": "{:.0%}", "signed percent": "{:+.0%}"}.get(unit)
    shape = shape or (unit if "{" in unit else "{:.4g}")
    return FuncFormatter(lambda value, _: shape.format(value))


def _cut(labels: list[str], most: int = LABEL) -> list[str]:
    """Cut labels at the end, or, where that leaves them alike, in the middle."""
    short = [label if len(label) <= most else label[: most - 1] + "…" for label in labels]
    half = most // 2
    return [
        text
        if len(label) <= most or short.count(text) == 1
        else f"{label[: half - 1]}…{label[-half:]}"
        for label, text in zip(labels, short, strict=True)
    ]
