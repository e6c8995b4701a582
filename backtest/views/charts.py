"""Charts as values: what is drawn, once with plotly and once with matplotlib.

A chart over time has panels above each other on one time axis; any other chart has one panel. Units
are "growth", "percent" (of fractions), "ratio", "number" or the name of a unit to show.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

ROW = 19  # pixels of a row of a raster
STRIP = 24  # pixels of a row of strips
SHORT = 22  # letters of a label that fits one line
LOG_STEPS = (
    (1.0,),
    (1.0, 2.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0),
    (*(1.0 + 0.05 * step for step in range(40)), *(3.0 + 0.25 * step for step in range(28))),
)


@dataclass(frozen=True, eq=False)
class Line:
    """A line over sessions; `dash` is "solid", "dash", "dot", "dashdot" or "points".

    It is filled to zero, or, where `filled` is "down", to the line before it.
    """

    name: str
    values: pd.Series
    color: str
    dash: str = "solid"
    width: float = 1.2
    filled: bool | str = False


@dataclass(frozen=True, eq=False)
class Lines:
    """A panel of lines over time, its ground shaded where `shaded` is true.

    Lines of `stack` are areas that stand on one another, what is below zero downward.
    """

    title: str
    lines: tuple[Line, ...]
    unit: str
    log: bool = False
    height: int = 240
    shaded: pd.Series | None = None
    stack: tuple[Line, ...] = ()

    @property
    def areas(self) -> list[tuple[Line, pd.Series, pd.Series]]:
        """Each area of the stack, how high it is, and where it stands; those below zero last."""
        found = []
        for sign in (1.0, -1.0):
            edge = pd.Series(0.0, index=self.stack[0].values.index if self.stack else None)
            for line in self.stack:
                part = line.values.where(line.values * sign > 0.0, 0.0)
                if sign > 0.0 or part.any():
                    found.append((line, part, edge))
                edge = edge + part
        return found


@dataclass(frozen=True, eq=False)
class Strips:
    """A panel of rows that are colored by what holds over time; NA is left blank.

    Attributes
    ----------
    rows : mapping of label to Series
        Names by session.
    colors : mapping
        Of every name.
    """

    title: str
    rows: Mapping[str, pd.Series]
    colors: Mapping[str, str]

    @property
    def height(self) -> int:
        """Height in pixels."""
        tall = any(len(label) > SHORT for label in self.rows)  # room for two lines
        return (STRIP + 6 * tall) * len(self.rows) + 8


@dataclass(frozen=True, eq=False)
class Raster:
    """A panel of shades over time, row × session; `darkest` is the least value drawn darkest."""

    title: str
    cells: pd.DataFrame
    darkest: float

    @property
    def height(self) -> int:
        """Height in pixels."""
        return max(ROW * len(self.cells), 2 * ROW)


@dataclass(frozen=True, eq=False)
class Grid:
    """A panel of labeled cells with their values in them, shaded two-sided around 0 or one-sided.

    `mark` is the place (row, column) of the cell that is framed.
    """

    title: str
    cells: pd.DataFrame
    unit: str
    diverging: bool = True
    mark: tuple[int, int] | None = None

    @property
    def height(self) -> int:
        """Height in pixels."""
        return 28 * len(self.cells) + 8

    @property
    def bounds(self) -> tuple[float, float]:
        """The values of the lightest and the darkest shade, or of both ends of a two-sided one."""
        values = self.cells.to_numpy(dtype=float)
        known = values[np.isfinite(values)]
        if not self.diverging:
            return float(known.min()), float(known.max())
        reach = float(np.quantile(np.abs(known), 0.95)) if len(known) else 1.0
        return -reach, reach


@dataclass(frozen=True, eq=False)
class Bars:
    """A panel of bars, a group per row of `values` and a color per column."""

    title: str
    values: pd.DataFrame
    colors: tuple[str, ...]
    unit: str
    horizontal: bool = False
    stacked: bool = False

    @property
    def height(self) -> int:
        """Height in pixels."""
        return 26 * len(self.values) + 8 if self.horizontal else 240


@dataclass(frozen=True, eq=False)
class Whiskers:
    """A panel of values with intervals, a row each: columns `value`, `low`, `high`, `color`.

    `dots` are further values in a row: columns `row` (its position), `value`, `color`.
    """

    title: str
    rows: pd.DataFrame
    unit: str
    dots: pd.DataFrame | None = None

    @property
    def height(self) -> int:
        """Height in pixels."""
        return 26 * len(self.rows) + 8


@dataclass(frozen=True, eq=False)
class Counts:
    """A panel of how many values fall where: `counts` by the middle of each bin, and marks."""

    title: str
    counts: pd.Series
    marks: Mapping[str, float]
    unit: str
    height: int = 220


@dataclass(frozen=True, eq=False)
class Paths:
    """A panel of paths in the plane, each ending in a point, around a cross.

    Attributes
    ----------
    paths : mapping of name to tuple
        Places (across, up); the last is the point.
    colors : mapping
        Of every path.
    named : sequence of str
        Paths whose name stands beside their point.
    axes : pair of str
        What is measured across and up.
    corners : tuple of str
        What the quarters are called, clockwise from the upper right.
    reach : pair of float
        How far the panel goes from the cross, across and up.
    """

    title: str
    paths: Mapping[str, tuple[tuple[float, float], ...]]
    colors: Mapping[str, str]
    named: tuple[str, ...]
    axes: tuple[str, str]
    cross: float
    corners: tuple[str, str, str, str]
    reach: tuple[float, float]
    unit: str = "number"
    height: int = 460


TimePanel = Lines | Strips | Raster
Panel = Lines | Strips | Raster | Grid | Bars | Whiskers | Counts | Paths


@dataclass(frozen=True)
class Key:
    """An entry of a chart's legend; `dash` is "block" for an area."""

    name: str
    color: str
    dash: str = "block"


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure of a report.

    Attributes
    ----------
    id : str
        Unique on its page; small letters and hyphens.
    alt : str
        What the picture shows, for who cannot see it.
    data : DataFrame of text, optional
        Its numbers, or a digest of them.
    frames : mapping of label to Panel
        What the only panel was at other times, oldest first, where the chart can be played.
    """

    id: str
    title: str
    alt: str
    panels: tuple[Panel, ...]
    keys: tuple[Key, ...] = ()
    data: pd.DataFrame = field(default_factory=pd.DataFrame)
    frames: Mapping[str, Panel] = field(default_factory=dict)

    @property
    def over_time(self) -> bool:
        """Whether the panels share a time axis."""
        return isinstance(self.panels[0], TimePanel)


def log_ticks(panel: Lines) -> list[float]:
    """Return round numbers to label on a log axis: at least four where there are so many."""
    values = [line.values[line.values > 0] for line in panel.lines]
    low = min(float(one.min()) for one in values if len(one))
    high = max(float(one.max()) for one in values if len(one))
    for steps in LOG_STEPS:
        ticks = [
            step * 10.0**power
            for power in range(-6, 9)
            for step in steps
            if low * 0.98 <= step * 10.0**power <= high * 1.02
        ]
        if len(ticks) > 3:
            break
    return [float(f"{tick:.4g}") for tick in ticks]


def spans(names: pd.Series) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
    """Return the stretches over which a series of names stays the same; NA is none.

    A stretch ends where the next one begins, and the last one a day after the last session.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-02", "2024-01-03", "2024-01-04"])
    >>> [(name, f"{end:%d}") for name, _, end in spans(pd.Series(["a", "a", None], index=days))]
    [('a', '04')]
    """
    codes, known = pd.factorize(names.to_numpy(dtype=object))  # -1 where it is NA
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    days = [*names.index[starts], names.index[-1] + pd.Timedelta(days=1)]
    held = zip(codes[starts].tolist(), pairwise(days), strict=True)
    return [(str(known[code]), begin, end) for code, (begin, end) in held if code >= 0]
