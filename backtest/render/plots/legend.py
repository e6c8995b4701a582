"""The legends of charts that are drawn with matplotlib."""

from matplotlib.figure import Figure
from rich.cells import cell_len

from backtest.render.plots.fonts import drawable
from backtest.views.charts import Key
from backtest.views.palette import SOFT

DASHES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-.", "points": ""}


def key_width(key: Key) -> float:
    """Return the inches an entry takes."""
    return 0.45 + 0.066 * cell_len(key.name)


def key_rows(keys: tuple[Key, ...]) -> list[list[Key]]:
    """Break a legend into rows that fit."""
    rows: list[list[Key]] = []
    room = 0.0
    for key in keys:
        if not rows or key_width(key) > room:
            rows.append([])
            room = 6.8
        rows[-1].append(key)
        room -= key_width(key)
    return rows


def draw_key(figure: Figure, key: Key, x: float, y: float) -> None:
    """Draw an entry at a place of the figure."""
    from matplotlib.lines import Line2D

    wide = figure.get_size_inches()[0]
    thick, style = (6.0, "-") if key.dash == "block" else (1.6, DASHES[key.dash])
    ends = [x, x + (0.1 if key.dash == "block" else 0.2) / wide]
    ends = [x + 0.1 / wide] * 2 if key.dash == "points" else ends
    mark = Line2D(ends, [y, y], color=key.color, lw=thick, ls=style, solid_capstyle="butt")
    if key.dash == "points":
        mark.set(marker="D", markerfacecolor="white", markersize=4)
    figure.add_artist(mark)
    figure.text(x + 0.26 / wide, y, drawable(key.name), size=8, color=SOFT, va="center")
