"""Charts as plotly figures: plain mappings, the same for the same chart.

Plotly reads a little HTML in its texts, so every text that comes in is escaped; the page escapes
the whole once more where it embeds it.
"""

from typing import Any

import pandas as pd

from backtest.render.plotly_values import Trace, dates, shown
from backtest.render.traces import drawn
from backtest.views.charts import Chart, Lines, Panel, Paths, Raster, Strips, spans
from backtest.views.palette import GRAY, GRID, HEAD, PALE, READ, SHADE

GAP, ABOVE, BELOW = 34, 26, 30  # pixels between panels, above the first and below the last
PLAYER = 76  # pixels of a slider below a chart that can be played


def to_plotly(chart: Chart) -> dict[str, Any]:
    """Return the data and the layout of a chart; its `meta` is for the page's own script."""
    heights = [panel.height for panel in chart.panels]
    total = ABOVE + sum(heights) + GAP * (len(heights) - 1) + BELOW
    layout: dict[str, Any] = {
        "height": total,
        "margin": {"l": 120, "r": 14, "t": ABOVE, "b": BELOW, "pad": 3},
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "barmode": "relative",
        "bargap": 0.25,
        "hoverlabel": {"bgcolor": "#FFFFFF", "bordercolor": PALE, "align": "left"},
        "annotations": [],
        "shapes": [],
        "meta": {"time": chart.over_time},
    }
    if isinstance(chart.panels[0], Lines):
        layout |= {"hovermode": "x unified", "hoversubplots": "axis"}
    data: list[Trace] = []
    inner, top = total - ABOVE - BELOW, 0.0
    for number, panel in enumerate(chart.panels):
        suffix = "" if number == 0 else str(number + 1)
        low = 1.0 - (top + panel.height) / inner
        traces, x, y = drawn(panel)
        shared = {"yaxis": f"y{suffix}", "xaxis": "x"}
        data += [trace | shared for trace in traces]
        domain = [round(max(low, 0.0), 6), round(1.0 - top / inner, 6)]
        layout[f"yaxis{suffix}"] = _axis() | {"domain": domain, "anchor": "x"} | y
        if number == len(chart.panels) - 1:
            layout["xaxis"] = _axis() | {"anchor": f"y{suffix}"} | x
        if isinstance(panel, Lines) and panel.shaded is not None:
            layout["shapes"].append(_shades(panel.shaded, f"y{suffix} domain"))
        if isinstance(panel, Paths):
            layout["shapes"] += _cross(panel.cross, suffix)
        if panel.title:
            layout["annotations"].append(_heading(panel.title, domain[1]))
        top += panel.height + GAP
    if chart.over_time:
        first, last = _reach(chart.panels)
        layout["xaxis"] |= {"type": "date", "range": [first, last], "hoverformat": "%Y-%m-%d"}
        layout["xaxis"]["nticks"] = 12
    frames = [_frame(label, panel, data) for label, panel in chart.frames.items()]
    if frames:
        layout |= _player([frame["name"] for frame in frames])
        layout["height"] += PLAYER
        layout["margin"]["b"] += PLAYER
    return {"data": data, "layout": layout, "frames": frames}


def _frame(label: str, panel: Panel, data: list[Trace]) -> Trace:
    """Return a frame: of each trace, by its name, what differs from the one drawn first."""
    named = {trace.get("name"): trace for trace in drawn(panel)[0]}
    changed = []
    for trace in data:
        other = named.get(trace.get("name"), {"x": [], "y": []})
        changed.append({key: value for key, value in other.items() if trace.get(key) != value})
    return {"name": shown(label), "data": changed}


def _player(labels: list[str]) -> Trace:
    """Return a slider over a chart's frames, at the last of them, and a button that plays them."""
    at_once = {"mode": "immediate", "transition": {"duration": 0}}
    step = at_once | {"frame": {"duration": 0, "redraw": False}}
    play = {"frame": {"duration": 300, "redraw": False}, "fromcurrent": True} | at_once
    steps = [{"label": label, "method": "animate", "args": [[label], step]} for label in labels]
    below = {"x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "pad": {"t": 46}}
    buttons = [
        {"label": "▶", "method": "animate", "args": [None, play]},
        {"label": "❚❚", "method": "animate", "args": [[None], step]},
    ]
    return {
        "sliders": [
            below
            | {"steps": steps, "active": len(steps) - 1, "pad": {"t": 40, "l": 84}, "ticklen": 0}
            | {"minorticklen": 0, "font": {"size": 11, "color": "rgba(0,0,0,0)"}}
            | {"currentvalue": {"font": {"size": 12, "color": READ}, "offset": 4}}
        ],
        "updatemenus": [
            below
            | {"type": "buttons", "direction": "left", "showactive": False, "buttons": buttons}
        ],
    }


def _axis() -> Trace:
    return {
        "gridcolor": GRID,
        "zeroline": False,
        "zerolinecolor": GRAY,
        "automargin": False,
        "ticks": "",
    }


def _shades(when: pd.Series, axis: str) -> Trace:
    """Return the bands over the stretches in which something is so, as one shape."""
    found = spans(when.map({True: "yes"}).astype(object))
    begins, ends = (dates(pd.Index([span[side] for span in found])) for side in (1, 2))
    return {
        "type": "path",
        "layer": "below",
        "xref": "x",
        "yref": axis,
        "path": "".join(f"M{x0},0V1H{x1}V0Z" for x0, x1 in zip(begins, ends, strict=True)),
        "fillcolor": SHADE,
        "line": {"width": 0},
    }


def _cross(at: float, suffix: str) -> list[Trace]:
    """Return the two lines through a point of a panel."""
    line = {"type": "line", "layer": "below", "line": {"color": GRAY, "width": 1}}
    across = {"xref": "x domain", "yref": f"y{suffix}", "x0": 0, "x1": 1, "y0": at, "y1": at}
    up = {"xref": "x", "yref": f"y{suffix} domain", "x0": at, "x1": at, "y0": 0, "y1": 1}
    return [line | across, line | up]


def _heading(text: str, at: float) -> Trace:
    return {
        "text": shown(text),
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": at,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 3,
        "showarrow": False,
        "font": {"size": 12, "color": HEAD},
    }


def _reach(panels: tuple[Panel, ...]) -> tuple[str, str]:
    """Return the first and the last day any panel shows."""
    days: list[pd.Timestamp] = []
    for panel in panels:
        if isinstance(panel, Lines):
            drawn_lines = (*panel.lines, *panel.stack)
            days += [day for line in drawn_lines for day in line.values.index[[0, -1]]]
        elif isinstance(panel, Strips):
            days += [day for values in panel.rows.values() for day in values.index[[0, -1]]]
        elif isinstance(panel, Raster):
            days += list(pd.DatetimeIndex(panel.cells.columns)[[0, -1]])
    return f"{min(days):%Y-%m-%d}", f"{max(days):%Y-%m-%d}"
