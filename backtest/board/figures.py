"""The board's two pictures: curves over a ribbon of what is held, and the heat-map.

Labels from outside are escaped: Plotly reads them as HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from backtest.board.heat import Heat
from backtest.board.text import html_text
from backtest.board.view import CASH, View, benchmarks
from backtest.engine.metrics import METRICS
from backtest.views.charts import spans
from backtest.views.palette import BESIDE, GRAY, SEQUENTIAL, color, regime_colors

RIBBON = 0.06  # of the height
PINNED = (5, 4, 3, 7, 2)  # colors of pinned variants
TICKS = tuple(digit * scale for scale in (0.1, 1, 10, 100) for digit in (1, 1.5, 2, 3, 5, 7))
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}


def curves(view: View, pinned: Mapping[str, View]) -> go.Figure:
    """Draw the growth of 1 of a variant, of pinned ones and of the benchmarks.

    Below it a ribbon shows what is held; on the curve, the sessions on which that changed.
    """
    drawn = go.Figure()
    for (name, growth), dash in zip(benchmarks(view.market).items(), BESIDE, strict=False):
        drawn.add_trace(_line(name, growth, {"color": GRAY, "width": 1.2, "dash": dash}))
    for (label, other), number in zip(pinned.items(), PINNED, strict=False):
        line = {"color": color(number), "width": 1.4}
        drawn.add_trace(_line(label, other.equity / CASH, line))
    growth = view.equity / CASH
    drawn.add_trace(_line(view.strategy.name, growth, {"color": color(0), "width": 2.2}))
    drawn.add_trace(_switch_marks(view, growth))
    for bar in _ribbon(view.regime):
        drawn.add_trace(bar)
    drawn.update_layout(
        height=480,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        hovermode="x unified",
        barmode="overlay",
        bargap=0,
        legend={"orientation": "h", "y": -0.12, "yanchor": "top", "x": 0, "title": None},
        xaxis={
            "anchor": "y2",
            "showgrid": False,
            "hoverformat": "%Y-%m-%d",
            "range": [growth.index[0], growth.index[-1]],
        },
        yaxis={
            "type": "log",
            "domain": [RIBBON + 0.03, 1],
            "title": "growth of 1 (log scale)",
            "tickvals": TICKS,
            "ticktext": [f"{tick:g}" for tick in TICKS],
            "automargin": True,
        },
        yaxis2={"domain": [0, RIBBON], "showticklabels": False, "fixedrange": True},
    )
    return drawn


def heat_map(heat: Heat, chosen: Mapping[str, Any]) -> go.Figure:
    """Draw the score by the values of two parameters; a circle marks the cell `chosen` is in.

    Each cell carries an invisible marker with its number (`Heat.cell`), since Plotly lets markers
    be clicked and cells not.
    """
    table = heat.table
    columns, rows = len(table.columns), len(table.index)
    name = METRICS[heat.score].label
    drawn = go.Figure(
        go.Heatmap(
            z=table.to_numpy(),
            colorscale=[[place / 5, shade] for place, shade in enumerate(SEQUENTIAL)],
            colorbar={"title": {"text": name, "side": "top"}, "thickness": 10},
            hoverinfo="skip",
            xgap=1,
            ygap=1,
        )
    )
    places = [(column, row) for row in range(rows) for column in range(columns)]
    shown = [html_text(heat.spoken(number)) for number in range(table.size)]
    drawn.add_trace(
        go.Scatter(
            x=[column for column, _ in places],
            y=[row for _, row in places],
            mode="markers",
            marker={"symbol": "square", "size": 18, "color": color(0), "opacity": 0},
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            text=shown,
            hovertemplate="%{text}<br>click to load<extra></extra>",
            showlegend=False,
        )
    )
    here = heat.place(chosen)
    if here is not None:
        drawn.add_trace(
            go.Scatter(
                x=[here[1]],
                y=[here[0]],
                mode="markers",
                marker={
                    "symbol": "circle-open",
                    "size": 16,
                    "color": color(1),
                    "line": {"width": 3},
                },
                hoverinfo="skip",
                showlegend=False,
            )
        )
    drawn.update_layout(
        height=460,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        hovermode="closest",
        dragmode=False,
        clickmode="event+select",
        xaxis=_steps(heat.labels[1], table.columns),
        yaxis=_steps(heat.labels[0], table.index),
    )
    return drawn


def _line(name: str, growth: pd.Series, line: Mapping[str, Any]) -> go.Scatter:
    return go.Scatter(
        x=growth.index,
        y=growth.to_numpy(),
        name=html_text(name),
        line=line,
        hovertemplate="%{y:.3f}",
    )


def _switch_marks(view: View, growth: pd.Series) -> go.Scatter:
    switches = view.switches
    days = pd.DatetimeIndex(switches["date"])
    moves = zip(switches["from"], switches["to"], strict=True)
    return go.Scatter(
        x=days,
        y=growth[days].to_numpy(),
        name="switch",
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 6,
            "color": "white",
            "line": {"color": color(0), "width": 1.4},
        },
        text=[f"{html_text(before)} → {html_text(after)}" for before, after in moves],
        hovertemplate="%{text}",
    )


def _ribbon(regime: pd.Series) -> Sequence[go.Bar]:
    colors = regime_colors(regime)
    stretches = spans(regime)
    bars = []
    for name in colors:
        mine = [(begin, end) for held, begin, end in stretches if held == name]
        bars.append(
            go.Bar(
                base=[begin for begin, _ in mine],
                x=[(end - begin) / pd.Timedelta(milliseconds=1) for begin, end in mine],
                y=["held"] * len(mine),
                width=1,
                orientation="h",
                yaxis="y2",
                name=f"holds {html_text(name)}",
                marker={"color": colors[name], "line": {"width": 0}},
                hoverinfo="skip",
            )
        )
    return bars


def _steps(name: str, values: pd.Index) -> dict[str, Any]:
    """Return an axis with a tick for every value, or for every other one."""
    every = 1 + len(values) // 11
    shown = values.tolist()[::every]
    return {
        "title": html_text(name),
        "tickvals": list(range(0, len(values), every)),
        "ticktext": [f"{value:g}" for value in shown],
        "range": [-0.5, len(values) - 0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
    }
