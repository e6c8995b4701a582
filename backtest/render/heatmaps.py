"""Panels of shaded cells as plotly traces."""

from typing import Any

import numpy as np

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
from backtest.views.charts import Grid, Raster
from backtest.views.numbers import NOTHING, written
from backtest.views.palette import DIVERGING, MARK, SEQUENTIAL


def raster(panel: Raster) -> Drawn:
    """Return shades over time."""
    names = [str(name) for name in panel.cells.index]
    values = panel.cells.to_numpy(dtype=float)
    trace = {
        "type": "heatmap",
        "x": dates(panel.cells.columns),
        "y": [shown(name) for name in names],
        "z": [rounded(row, 3) for row in values],
        "zmin": 0.0,
        "zmax": panel.darkest,
        "colorscale": _scale(SEQUENTIAL),
        "showscale": False,
        "ygap": 2,
        "hovertemplate": "%{x|%Y-%m-%d}<br>%{y} %{z:.1%}<extra></extra>",
    }
    return [trace], {}, named_rows(names) | {"type": "category"}


def grid(panel: Grid) -> Drawn:
    """Return labeled cells, and a marker in each that can be clicked."""
    values = panel.cells.to_numpy(dtype=float)
    low, high = panel.bounds
    percent = "percent" in panel.unit
    scale = 100.0 if percent else 1.0
    shape = "{:+.1f}" if percent else "{:.2f}"
    texts = [[_text(value * scale, shape) for value in row] for row in values.tolist()]
    trace: Trace = {
        "type": "heatmap",
        "z": [rounded(row) for row in values],
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
    clickable = scatter(
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
        traces.append(scatter("lines", x, y, line=frame, cliponaxis=False, hoverinfo="skip"))
    heads = {"tickvals": list(range(len(across))), "ticktext": list(map(shown, across))}
    return traces, heads | {"showgrid": False, "zeroline": False}, named_rows(rows)


def _text(value: float, shape: str) -> str:
    return written(value, shape) if np.isfinite(value) else ""


def _scale(colors: tuple[str, ...]) -> list[list[Any]]:
    return [[number / (len(colors) - 1), color] for number, color in enumerate(colors)]
