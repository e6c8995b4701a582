"""The board's two charts: curves over what is held, and the heat-map."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from backtest.board.heat import SCORE, Heat
from backtest.board.view import CASH, View, benchmarks
from backtest.strategy import TriggerRotation
from backtest.views.charts import Chart, Key, Line, Lines
from backtest.views.palette import color
from backtest.views.sections.curves import growth_chart
from backtest.views.sections.triggering import fired_chart
from backtest.views.tuning_charts import map_chart
from backtest.views.words import Words

PINNED = 5  # variants beside the one shown, at most


def curves(view: View, pinned: Mapping[str, View], say: Words) -> Chart:
    """Draw growth, drawdown and what is held, and on the growth when that changed."""
    shown = {view.strategy.name: view.returns}
    shown |= {label: other.returns for label, other in pinned.items()}
    levels = benchmarks(view.market, view.first)
    others = {name: level.pct_change(fill_method=None) for name, level in levels.items()}
    chart = growth_chart(shown, others, say, {"": view.regime})
    growth, *rest = chart.panels
    if not isinstance(growth, Lines):
        return chart
    days = pd.DatetimeIndex(view.switches["date"])[::-1]
    label = say("switches")
    marks = Line(label, (view.equity / CASH)[days], color(0), "points")
    panels = (replace(growth, lines=(*growth.lines, marks)), *rest)
    return replace(chart, panels=panels, keys=(*chart.keys, Key(label, color(0), "points")))


def signals(view: View, say: Words) -> Chart | None:
    """Draw when each rule and each of its triggers was true; None for what has none."""
    if not isinstance(view.strategy, TriggerRotation):
        return None
    rules = view.strategy.triggers()
    leaves = dict.fromkeys(leaf for rule in rules.values() for leaf in rule.leaves())
    return fired_chart(view.regime, list(leaves), rules, view.market, say)


def heat_map(heat: Heat, chosen: Mapping[str, Any], say: Words) -> Chart:
    """Draw the score by the values of two parameters; a frame marks the cell `chosen` is in."""
    place = heat.place(chosen)
    at = None if place is None else (heat.table.index[place[0]], heat.table.columns[place[1]])
    table = heat.table.rename_axis(index=heat.labels[0], columns=heat.labels[1])
    return map_chart(table, SCORE, at, say)
