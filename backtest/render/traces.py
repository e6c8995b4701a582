"""Panels as plotly traces, with what their axes differ in."""

from collections.abc import Callable
from functools import lru_cache
from html import escape
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

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
from backtest.views.numbers import NOTHING, written
from backtest.views.palette import COUNTS, DIVERGING, GRAY, MARK, SEQUENTIAL

TICKS = {"growth": ".3~g", "percent": ".0%", "signed percent": "+.0%", "ratio": ".2f"}
HOVERS = {"growth": ".3f", "percent": ".1%", "signed percent": "+.1%"}
FILLS = {False: "none", True: "tozeroy", "down": "tonexty"}
ROUNDING = 1e-12  # a value below this
TEXT = "%{text}<extra></extra>"  # shown where the pointer is
BLANK = " "  # where a frame may have a name: plotly removes the place of a text that is empty
MILLISECOND = pd.Timedelta(milliseconds=1)

Trace = dict[str, Any]


def shown(text: object) -> str:
    """Return a text as plotly shows it literally."""
    return escape(str(text), quote=False)


def drawn(panel: Panel) -> tuple[list[Trace], Trace, Trace]:
    """Return a panel's traces, and what its axes differ in."""
    return DRAWN[type(panel)](panel)


def _scatter(mode: str, x: object, y: object, **rest: object) -> Trace:
    return {"type": "scatter", "mode": mode, "x": x, "y": y, **rest}


def _lines(panel: Lines) -> tuple[list[Trace], Trace, Trace]:
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
    return _scatter("lines", dates(values.index), _numbers(values), name=said, hovertemplate=hover)


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


def _strips(panel: Strips) -> tuple[list[Trace], Trace, Trace]:
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
    return traces, {}, _named(labels)


def _raster(panel: Raster) -> tuple[list[Trace], Trace, Trace]:
    names = [str(name) for name in panel.cells.index]
    values = panel.cells.to_numpy(dtype=float)
    trace = {
        "type": "heatmap",
        "x": dates(panel.cells.columns),
        "y": [shown(name) for name in names],
        "z": [_numbers(pd.Series(row), 3) for row in values],
        "zmin": 0.0,
        "zmax": panel.darkest,
        "colorscale": _scale(SEQUENTIAL),
        "showscale": False,
        "ygap": 2,
        "hovertemplate": "%{x|%Y-%m-%d}<br>%{y} %{z:.1%}<extra></extra>",
    }
    return [trace], {}, _named(names) | {"type": "category"}


def _grid(panel: Grid) -> tuple[list[Trace], Trace, Trace]:
    values = panel.cells.to_numpy(dtype=float)
    low, high = panel.bounds
    percent = "percent" in panel.unit
    scale = 100.0 if percent else 1.0
    shape = "{:+.1f}" if percent else "{:.2f}"
    texts = [[_text(value * scale, shape) for value in row] for row in values.tolist()]
    trace: Trace = {
        "type": "heatmap",
        "z": [_numbers(pd.Series(row)) for row in values],
        "y": list(range(len(values))),
        "x": list(range(values.shape[1])),
        "zmin": low,
        "zmax": high if high > low else low + 1.0,
        "colorscale": _scale(DIVERGING if panel.diverging else SEQUENTIAL[:4]),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": texts,
        "texttemplate": "%{text}",
        "hoverinfo": "skip",
        "meta": {"short": [[_text(v * scale, "{:.0f}") for v in row] for row in values.tolist()]}
        if percent
        else {},
    }
    places = [(row, place) for row in range(len(values)) for place in range(values.shape[1])]
    rows, across = ([str(name) for name in names] for names in (panel.cells.index, panel.cells))
    # A heat-map's cells cannot be clicked; invisible markers can, counted along the rows.
    clickable = _scatter(
        "markers",
        [place for _, place in places],
        [row for row, _ in places],
        marker={"symbol": "square", "size": 18, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        text=[
            f"{shown(rows[row])} · {shown(across[place])}: {texts[row][place] or NOTHING}"
            for row, place in places
        ],
        hovertemplate=TEXT,
    )
    traces: list[Trace] = [trace, clickable]
    if panel.mark is not None:
        edges = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) / 2.0
        x, y = (edges + np.array(panel.mark[::-1])).T.tolist()
        frame = {"color": MARK, "width": 3}
        traces.append(_scatter("lines", x, y, line=frame, cliponaxis=False, hoverinfo="skip"))
    heads = {"tickvals": list(range(len(across))), "ticktext": list(map(shown, across))}
    return traces, heads | {"showgrid": False, "zeroline": False}, _named(rows)


def _bars(panel: Bars) -> tuple[list[Trace], Trace, Trace]:
    labels = [str(name) for name in panel.values.index]
    places = list(range(len(labels)))
    wide = 0.72 if panel.stacked else 0.8 / max(len(panel.values.columns), 1)
    traces: list[Trace] = []
    for number, name in enumerate(panel.values.columns):
        numbers = _numbers(panel.values[name])
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
        return traces, numeric | {"zeroline": True}, _named(labels)
    heads = {"tickvals": places, "ticktext": [shown(label) for label in labels], "showgrid": False}
    return traces, heads, numeric


def _whiskers(panel: Whiskers) -> tuple[list[Trace], Trace, Trace]:
    traces: list[Trace] = [
        _scatter(
            "lines",
            _numbers(pd.Series([row.low, row.high])),
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
    return traces, x, _named([str(name) for name in panel.rows.index])


def _dots(dots: pd.DataFrame, rows: list[int], size: int, texts: list[str]) -> Trace:
    return _scatter(
        "markers",
        _numbers(dots["value"]),
        rows,
        marker={"color": dots["color"].tolist(), "size": size},
        text=texts,
        hovertemplate=TEXT,
    )


def _counts(panel: Counts) -> tuple[list[Trace], Trace, Trace]:
    traces: list[Trace] = [
        {
            "type": "bar",
            "x": _numbers(pd.Series(panel.counts.index)),
            "y": panel.counts.astype(int).tolist(),
            "marker": {"color": COUNTS, "line": {"width": 0}},
            "hovertemplate": "%{x:.2f}: %{y}<extra></extra>",
        }
    ]
    top = float(panel.counts.max())
    traces += [
        _scatter(
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


def _paths(panel: Paths) -> tuple[list[Trace], Trace, Trace]:
    traces: list[Trace] = []
    # Of a path the point comes first, so that most frames differ in little.
    points = np.array([point for path in panel.paths.values() for point in path[::-1]])
    across, up = (iter(_numbers(side, 5)) for side in points.T)
    for name, path in panel.paths.items():
        traces.append(
            _scatter(
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
        _scatter(
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


def _named(labels: list[str]) -> Trace:
    """Return an axis of rows with names, the first on top."""
    return {
        "tickvals": list(range(len(labels))),
        "ticktext": [shown(label) for label in labels],
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def dates(days: pd.Index) -> list[str]:
    """Return days as plotly reads them."""
    return list(_dates(days.to_numpy().astype("datetime64[D]").tobytes()))


@lru_cache(maxsize=16)
def _dates(days: bytes) -> tuple[str, ...]:
    """Return days as text; most lines of a page stand over the same ones."""
    return tuple(np.datetime_as_string(np.frombuffer(days, "datetime64[D]")).tolist())


def _numbers(values: pd.Series | np.ndarray, digits: int = 6) -> list[float | None]:
    """Return numbers to some significant digits, None where not known; rounding errors are 0."""
    numbers = np.asarray(values, dtype=float)
    known = np.isfinite(numbers)
    numbers = np.where(known & (np.abs(numbers) >= ROUNDING), numbers, 0.0)
    places = digits - 1 - np.floor(np.log10(np.abs(numbers), where=numbers != 0.0, out=numbers * 0))
    up, down = 10.0 ** np.maximum(places, 0.0), 10.0 ** np.maximum(-places, 0.0)  # exact, both
    rounded = (np.rint(numbers * up / down) * down / up).tolist()
    return [one if there else None for one, there in zip(rounded, known.tolist(), strict=True)]


def _text(value: float, shape: str) -> str:
    return written(value, shape) if np.isfinite(value) else ""


def _scale(colors: tuple[str, ...]) -> list[list[Any]]:
    return [[number / (len(colors) - 1), color] for number, color in enumerate(colors)]


DRAWN: dict[type, Callable[..., tuple[list[Trace], Trace, Trace]]] = {
    Lines: _lines,
    Strips: _strips,
    Raster: _raster,
    Grid: _grid,
    Bars: _bars,
    Whiskers: _whiskers,
    Counts: _counts,
    Paths: _paths,
}
