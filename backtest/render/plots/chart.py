"""The static twin of a report's charts: the same value drawn with matplotlib."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from backtest.render.plots.fonts import drawable, fonts
from backtest.render.plots.labels import every, in_unit, name_rows
from backtest.render.plots.legend import DASHES, draw_key, key_rows, key_width
from backtest.views.charts import (
    Bars,
    Chart,
    Counts,
    Grid,
    Lines,
    Paths,
    Raster,
    Strips,
    Whiskers,
    log_ticks,
    spans,
)
from backtest.views.numbers import written
from backtest.views.palette import COUNTS, DIVERGING, GRAY, INK, MARK, RULE, SEQUENTIAL, SHADE, SOFT

WIDTH = 9.0  # inches
PIXELS = 96.0  # of a panel's height in an inch
GAP, ABOVE, BELOW, KEYS = 0.34, 0.62, 0.42, 0.22  # inches
ORIGIN = 0.2  # inches, of the line below a picture of its own
ROOMY = 14  # columns of a grid whose cells have room for a decimal


class Picture(Figure):
    """A figure that a notebook shows, whether or not pyplot was imported."""

    def _repr_png_(self) -> bytes:
        return self.png()

    def png(self) -> bytes:
        """Return it as a PNG; equal pictures give equal bytes."""
        content = BytesIO()
        with fonts():
            self.savefig(content, format="png", dpi=100, metadata={"Software": None})
        return content.getvalue()


def chart_figure(chart: Chart, origin: str = "") -> Picture:
    """Draw a chart on a figure of its own, with its title and legend, and its origin below."""
    rows = key_rows(chart.keys)
    total = ABOVE + KEYS * len(rows) + height(chart) + (ORIGIN if origin else 0.0)
    figure = Picture(figsize=(WIDTH, total))
    with fonts():
        figure.text(
            0.01, 1 - 0.25 / total, drawable(chart.title), size=11, weight="bold", color=INK
        )
        figure.text(0.01, 1 - 0.46 / total, drawable(chart.alt), size=8.5, color=SOFT)
        draw(figure, chart, top=total - ABOVE, left=0.09, right=WIDTH - 0.15)
        if origin:
            figure.text(0.01, 0.08 / total, drawable(origin), size=7.5, color=SOFT)
    return figure


def chart_png(chart: Chart, origin: str = "") -> bytes:
    """Return a chart as a PNG, with its origin below; equal charts give equal bytes."""
    return chart_figure(chart, origin).png()


def height(chart: Chart) -> float:
    """Return the inches a chart's panels take, with the space between and below them."""
    panels = sum(panel.height for panel in chart.panels) / PIXELS
    return 0.2 + panels + GAP * (len(chart.panels) - 1) + BELOW


def draw(figure: Figure, chart: Chart, *, top: float, left: float, right: float) -> float:
    """Draw a chart's legend and panels between `left` and `right`, from `top` down, in inches.

    Returns
    -------
    float
        Where its lower edge is.
    """
    wide, high = figure.get_size_inches()
    for row in key_rows(chart.keys):
        at = left + 0.02
        for key in row:
            draw_key(figure, key, at / wide, (top - 0.1) / high)
            at += key_width(key)
        top -= KEYS
    top -= 0.2
    margin = left + (1.75 if _has_names(chart) else 0.6)
    shared: Axes | None = None
    for number, panel in enumerate(chart.panels):
        tall = panel.height / PIXELS
        box = (margin / wide, (top - tall) / high, (right - margin) / wide, tall / high)
        axes = figure.add_axes(box, sharex=shared if chart.over_time else None)
        axes.tick_params(length=0, labelsize=8, labelcolor=SOFT)
        axes.spines[:].set_visible(False)
        axes.set_axisbelow(True)
        DRAWERS[type(panel)](axes, panel)
        if panel.title:
            name = drawable(panel.title)
            figure.text(left / wide, (top + 0.06) / high, name, size=8, color=SOFT)
        if chart.over_time:
            shared = axes if shared is None else shared
            _dates(axes, last=number == len(chart.panels) - 1)
        top -= tall + GAP
    return top + GAP - BELOW


def _lines(axes: Axes, panel: Lines) -> None:
    for line, part, below in panel.areas:
        axes.fill_between(part.index.to_numpy(), below, below + part, color=line.color, lw=0)
    for line in panel.lines:
        days = line.values.index.to_numpy()
        if line.dash == "points":
            axes.plot(days, line.values, "D", mfc="white", mec=line.color, ms=4, zorder=3)
            continue
        style = DASHES[line.dash]
        axes.plot(days, line.values.to_numpy(), style, color=line.color, lw=0.75 * line.width)
        if line.filled:
            low = below if line.filled == "down" else 0.0
            axes.fill_between(days, line.values, low, color=line.color, alpha=0.15, lw=0)
        below = line.values
    if panel.shaded is not None:
        for _, begin, end in spans(panel.shaded.map({True: "yes"}).astype(object)):
            axes.axvspan(begin, end, color=SHADE, lw=0)  # type: ignore[arg-type]
    axes.grid(color=RULE, lw=0.6)
    if panel.log:
        axes.set_yscale("log")
        ticks = log_ticks(panel)
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_yticks([], minor=True)
    else:
        axes.yaxis.set_major_formatter(in_unit(panel.unit))


def _strips(axes: Axes, panel: Strips) -> None:
    for row, names in enumerate(panel.rows.values()):
        for name, begin, end in spans(names):
            start, stop = (float(date2num(day)) for day in (begin, end))  # type: ignore[no-untyped-call]
            axes.broken_barh([(start, stop - start)], (row - 0.36, 0.72), color=panel.colors[name])
    name_rows(axes, list(panel.rows), lines=2)


def _raster(axes: Axes, panel: Raster) -> None:
    colors = LinearSegmentedColormap.from_list("weights", SEQUENTIAL)
    days = panel.cells.columns.to_numpy()
    values = panel.cells.to_numpy(dtype=float)
    rows = np.arange(len(values))
    axes.pcolormesh(
        days, rows, values, cmap=colors, vmin=0.0, vmax=panel.darkest, shading="nearest"
    )
    axes.hlines(rows[1:] - 0.5, days[0], days[-1], color="white", lw=1.2)
    name_rows(axes, [str(name) for name in panel.cells.index])


def _grid(axes: Axes, panel: Grid) -> None:
    values = panel.cells.to_numpy(dtype=float)
    low, high = panel.bounds
    palette = DIVERGING if panel.diverging else SEQUENTIAL[:4]
    colors = LinearSegmentedColormap.from_list("cells", palette)
    axes.imshow(values, cmap=colors, vmin=low, vmax=high, aspect="auto", interpolation="nearest")
    percent = "percent" in panel.unit
    shape = "points" if values.shape[1] <= ROOMY else "{:+.0f}"
    for row, column in np.argwhere(np.isfinite(values)):
        value = values[row, column]
        share = (value - low) / (high - low) if high > low else 0.5
        dark = abs(share - 0.5) > 0.36 if panel.diverging else share > 0.85
        text = written(100 * value, shape) if percent else written(value, "ratio")
        ink = "white" if dark else INK
        axes.text(column, row, text, ha="center", va="center", size=7, color=ink)
    heads = [drawable(str(name)) for name in panel.cells.columns]
    step = every(heads)
    axes.set_xticks(range(0, len(heads), step), heads[::step])
    if panel.mark is not None:
        corner = (panel.mark[1] - 0.5, panel.mark[0] - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, ec=MARK, lw=2.2, clip_on=False))
    name_rows(axes, [str(name) for name in panel.cells.index])


def _bars(axes: Axes, panel: Bars) -> None:
    values = panel.values.fillna(0.0)
    places = np.arange(len(values))
    wide = 0.72 if panel.stacked else 0.8 / max(len(values.columns), 1)
    above, below = np.zeros(len(values)), np.zeros(len(values))
    for number, name in enumerate(values.columns):
        numbers = values[name].to_numpy(dtype=float)
        start = np.where(numbers >= 0, above, below) if panel.stacked else np.zeros(len(values))
        at = places if panel.stacked else places - 0.4 + (number + 0.5) * wide
        color = panel.colors[number]
        if panel.horizontal:
            axes.barh(at, numbers, wide, left=start, color=color)
        else:
            axes.bar(at, numbers, wide, bottom=start, color=color)
        above += np.where(numbers >= 0, numbers, 0.0)
        below += np.where(numbers < 0, numbers, 0.0)
    labels = [str(name) for name in values.index]
    if panel.horizontal:
        axes.xaxis.set_major_formatter(in_unit(panel.unit))
        axes.grid(axis="x", color=RULE, lw=0.6)
        axes.axvline(0.0, color=GRAY, lw=0.8)
        name_rows(axes, labels)
        return
    step = every(labels)
    axes.set_xticks(places[::step], [drawable(label) for label in labels[::step]])
    axes.yaxis.set_major_formatter(in_unit(panel.unit))
    axes.grid(axis="y", color=RULE, lw=0.6)
    axes.axhline(0.0, color=GRAY, lw=0.8)


def _whiskers(axes: Axes, panel: Whiskers) -> None:
    values, low, high = (
        panel.rows[name].to_numpy(dtype=float) for name in ("value", "low", "high")
    )
    for place, color in enumerate(panel.rows["color"].astype(str)):
        axes.hlines(place, low[place], high[place], color, lw=4, alpha=0.45)
        axes.plot(values[place], place, "o", color=color, ms=6 if panel.dots is None else 8)
    if panel.dots is not None:
        across, up = panel.dots["value"].to_numpy(float), panel.dots["row"].to_numpy(float)
        axes.scatter(across, up, s=14, c=list(panel.dots["color"]), ec="white", lw=0.4, zorder=3)
    axes.axvline(0.0, color=GRAY, lw=0.8)
    axes.grid(axis="x", color=RULE, lw=0.6)
    axes.xaxis.set_major_formatter(in_unit(panel.unit))
    name_rows(axes, [str(name) for name in panel.rows.index])


def _counts(axes: Axes, panel: Counts) -> None:
    middles = panel.counts.index.to_numpy(dtype=float)
    wide = float(np.diff(middles).min()) if len(middles) > 1 else 1.0
    axes.bar(middles, panel.counts.to_numpy(), 0.92 * wide, color=COUNTS)
    for name, value in panel.marks.items():
        axes.axvline(value, color=MARK, lw=1.6)
        axes.annotate(
            drawable(name), (value, 1.0), xycoords=("data", "axes fraction"), size=8, ha="center",
            va="bottom", color=INK,
        )  # fmt: skip
    axes.grid(axis="y", color=RULE, lw=0.6)
    axes.xaxis.set_major_formatter(in_unit(panel.unit))


def _paths(axes: Axes, panel: Paths) -> None:
    for name, path in panel.paths.items():
        across, up = np.array(path).T
        color = panel.colors[name]
        axes.plot(across, up, "-", color=color, lw=0.9, marker=".", ms=3, alpha=0.8)
        axes.plot(across[-1], up[-1], "o", color=color, ms=7)
        if name in panel.named:
            axes.annotate(
                drawable(name), (across[-1], up[-1]), xytext=(0, 6), textcoords="offset points",
                size=7.5, ha="center", color=INK,
            )  # fmt: skip
    (right, top), cross = panel.reach, panel.cross
    axes.axvline(cross, color=GRAY, lw=0.8)
    axes.axhline(cross, color=GRAY, lw=0.8)
    axes.set_xlim(cross - right, cross + right)
    axes.set_ylim(cross - top, cross + top)
    for (x, y), corner in zip(((1, 1), (1, 0), (0, 0), (0, 1)), panel.corners, strict=True):
        axes.text(
            0.01 + 0.98 * x, 0.02 + 0.95 * y, drawable(corner), transform=axes.transAxes, size=8.5,
            ha="right" if x else "left", color=SOFT,
        )  # fmt: skip
    axes.set_xlabel(drawable(panel.axes[0]), size=8, color=SOFT)
    axes.set_ylabel(drawable(panel.axes[1]), size=8, color=SOFT)
    axes.grid(color=RULE, lw=0.6)


def _dates(axes: Axes, *, last: bool) -> None:
    locator = AutoDateLocator(maxticks=12)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.tick_params(labelbottom=last)
    axes.margins(x=0)


def _has_names(chart: Chart) -> bool:
    return any(
        isinstance(panel, Whiskers | Grid | Raster)
        or (isinstance(panel, Bars) and panel.horizontal)
        or (isinstance(panel, Strips) and any(panel.rows))
        for panel in chart.panels
    )


DRAWERS: dict[type, Callable[..., None]] = {
    Lines: _lines,
    Strips: _strips,
    Raster: _raster,
    Grid: _grid,
    Bars: _bars,
    Whiskers: _whiskers,
    Counts: _counts,
    Paths: _paths,
}
