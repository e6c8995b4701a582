"""Panels as plotly traces, with what their axes differ in."""

from collections.abc import Callable
from itertools import islice

import numpy as np
import pandas as pd

from backtest.render.heatmaps import grid, raster
from backtest.render.plotly_values import (
    TEXT,
    Drawn,
    Trace,
    dates,
    named_rows,
    rounded,
    scatter,
    shown,
)
from backtest.views.charts import (
    Bars,
    Counts,
    Grid,
    Line,
    Lines,
    Panel,
    Paths,
    Raster,
    Strips,
    Whiskers,
    log_ticks,
    spans,
)
from backtest.views.numbers import written
from backtest.views.palette import COUNTS, GRAY, MARK

TICKS = {"growth": ".3~g", "percent": ".0%", "signed percent": "+.0%", "ratio": ".2f"}
HOVERS = {"growth": ".3f", "percent": ".1%", "signed percent": "+.1%"}
FILLS = {False: "none", True: "tozeroy", "down": "tonexty"}
BLANK = " "  # where a frame may have a name: plotly removes the place of a text that is empty
MILLISECOND = pd.Timedelta(milliseconds=1)


def drawn(panel: Panel) -> Drawn:
    """Return a panel's traces, and what its axes differ in."""
    return DRAWN[type(panel)](panel)


def _lines(panel: Lines) -> Drawn:
    traces = [
        _line(line, part, panel.unit)
        | {
            "stackgroup": "down" if part.min() < 0.0 else "up",
            "fillcolor": line.color,
            "line": {"width": 0, "color": line.color},
        }
        for line, part, _ in panel.areas
    ]
    traces += [
        _line(line, line.values, panel.unit)
        | {
            "line": {"color": line.color, "width": line.width, "dash": line.dash},
            "fill": FILLS[line.filled],
            "fillcolor": f"{line.color}26",
        }
        | (_points(line) if line.dash == "points" else {})
        for line in panel.lines
    ]
    y: Trace = {"tickformat": TICKS.get(panel.unit, "")}
    if panel.log:
        ticks = log_ticks(panel)
        y |= {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
    return traces, {}, y


def _line(line: Line, values: pd.Series, unit: str) -> Trace:
    said, hover = shown(line.name), f"%{{y:{HOVERS.get(unit, '.4~g')}}}"
    return scatter("lines", dates(values.index), rounded(values), name=said, hovertemplate=hover)


def _points(line: Line) -> Trace:
    return {
        "mode": "markers",
        "line": {"color": line.color},
        "marker": {
            "symbol": "diamond",
            "size": 6,
            "color": "white",
            "line": {"color": line.color, "width": 1.4},
        },
    }


def _strips(panel: Strips) -> Drawn:
    labels = list(panel.rows)
    every = [(row, *span) for row, label in enumerate(labels) for span in spans(panel.rows[label])]
    traces: list[Trace] = []
    for name, color in panel.colors.items():
        found = [(row, begin, end) for row, held, begin, end in every if held == name]
        if found:
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": shown(name),
                    "base": [f"{begin:%Y-%m-%d}" for _, begin, _ in found],
                    "x": [int((end - begin) / MILLISECOND) for _, begin, end in found],
                    "y": [row for row, _, _ in found],
                    "width": 0.72,
                    "offset": -0.36,
                    "marker": {"color": color, "line": {"width": 0}},
                    "hoverinfo": "skip",
                }
            )
    return traces, {}, named_rows(labels)


def _bars(panel: Bars) -> Drawn:
    labels = [str(name) for name in panel.values.index]
    places = list(range(len(labels)))
    wide = 0.72 if panel.stacked else 0.8 / max(len(panel.values.columns), 1)
    traces: list[Trace] = []
    for number, name in enumerate(panel.values.columns):
        numbers = rounded(panel.values[name])
        along, across = ("x", "y") if panel.horizontal else ("y", "x")
        offset = -0.36 if panel.stacked else -0.4 + number * wide
        head = shown(name)
        traces.append(
            {
                "type": "bar",
                "orientation": "h" if panel.horizontal else "v",
                "name": head,
                along: numbers,
                across: places,
                "width": wide,
                **({} if panel.stacked else {"offset": offset, "base": 0}),
                "marker": {"color": panel.colors[number], "line": {"width": 0}},
                "text": [
                    f"{shown(label)}<br>{head} {written(value, panel.unit)}"
                    for label, value in zip(labels, numbers, strict=True)
                ],
                "textposition": "none",
                "hovertemplate": TEXT,
            }
        )
    numeric = {"tickformat": TICKS.get(panel.unit, ".2%" if "%" in panel.unit else "")}
    if panel.horizontal:
        return traces, numeric | {"zeroline": True}, named_rows(labels)
    heads = {"tickvals": places, "ticktext": [shown(label) for label in labels], "showgrid": False}
    return traces, heads, numeric


def _whiskers(panel: Whiskers) -> Drawn:
    traces: list[Trace] = [
        scatter(
            "lines",
            rounded(np.array([row.low, row.high], dtype=float)),
            [place, place],
            line={"color": row.color, "width": 5},
            opacity=0.45,
            hoverinfo="skip",
        )
        for place, row in enumerate(panel.rows.itertuples())
    ]
    if panel.dots is not None:
        told = [written(value, panel.unit) for value in panel.dots["value"]]
        traces.append(_dots(panel.dots, panel.dots["row"].tolist(), 6, told))
    told = [f"{shown(k)} {written(v, panel.unit)}" for k, v in panel.rows["value"].items()]
    traces.append(_dots(panel.rows, list(range(len(panel.rows))), 9, told))
    x = {"zeroline": True, "tickformat": TICKS.get(panel.unit, "")}
    return traces, x, named_rows([str(name) for name in panel.rows.index])


def _dots(dots: pd.DataFrame, rows: list[int], size: int, texts: list[str]) -> Trace:
    return scatter(
        "markers",
        rounded(dots["value"]),
        rows,
        marker={"color": dots["color"].tolist(), "size": size},
        text=texts,
        hovertemplate=TEXT,
    )


def _counts(panel: Counts) -> Drawn:
    traces: list[Trace] = [
        {
            "type": "bar",
            "x": rounded(panel.counts.index),
            "y": panel.counts.astype(int).tolist(),
            "marker": {"color": COUNTS, "line": {"width": 0}},
            "hovertemplate": "%{x:.2f}: %{y}<extra></extra>",
        }
    ]
    top = float(panel.counts.max())
    traces += [
        scatter(
            "lines+text",
            [value, value],
            [0.0, top],
            text=["", shown(name)],
            textposition="top center",
            cliponaxis=False,
            line={"color": MARK, "width": 2},
            hoverinfo="skip",
        )
        for name, value in panel.marks.items()
    ]
    return traces, {"tickformat": TICKS.get(panel.unit, "")}, {"range": [0, 1.12 * top]}


def _paths(panel: Paths) -> Drawn:
    traces: list[Trace] = []
    # Of a path the point comes first, so that most frames differ in little.
    points = np.array([point for path in panel.paths.values() for point in path[::-1]])
    across, up = (iter(rounded(side, 5)) for side in points.T)
    for name, path in panel.paths.items():
        traces.append(
            scatter(
                "lines+markers+text",
                list(islice(across, len(path))),
                list(islice(up, len(path))),
                name=shown(name),
                text=[shown(name) if name in panel.named else BLANK],
                textposition="top center",
                textfont={"size": 11},
                line={"color": panel.colors[name], "width": 1.2},
                opacity=0.85,
                marker={"size": [10, *[3] * (len(path) - 1)]},
                hovertemplate=f"{shown(name)} %{{x:.1f}}, %{{y:.1f}}<extra></extra>",
            )
        )
    (right, top), cross = panel.reach, panel.cross
    places = [(1, 1), (1, -1), (-1, -1), (-1, 1)]
    traces.append(
        scatter(
            "text",
            [cross + 0.8 * side * right for side, _ in places],
            [cross + 0.94 * side * top for _, side in places],
            text=[shown(corner) for corner in panel.corners],
            textfont={"size": 12, "color": GRAY},
            hoverinfo="skip",
        )
    )
    x, y = (
        {
            "range": [cross - reach, cross + reach],
            "title": {"text": shown(head), "font": {"size": 11}},
            "zeroline": False,
        }
        for head, reach in zip(panel.axes, (right, top), strict=True)
    )
    return traces, x, y


DRAWN: dict[type, Callable[..., Drawn]] = {
    Lines: _lines,
    Strips: _strips,
    Raster: raster,
    Grid: grid,
    Bars: _bars,
    Whiskers: _whiskers,
    Counts: _counts,
    Paths: _paths,
}
