"""The charts of a sweep: the map of two parameters, all scores, what the variants hold."""

from typing import Any

import numpy as np
import pandas as pd

from backtest.views.charts import Chart, Counts, Grid, Key, Line, Lines
from backtest.views.numbers import digest, written
from backtest.views.palette import regime_colors
from backtest.views.words import Words

BINS = 40


def map_chart(table: pd.DataFrame, score: str, at: tuple[Any, Any] | None, say: Words) -> Chart:
    """Draw scores by the values of two parameters, the greatest of the rows on top.

    Parameters
    ----------
    table : DataFrame
        Scores; its index and its columns are named as the parameters.
    at : pair, optional
        The values, row and column, whose cell is framed.
    """
    upward = table.sort_index(ascending=False).sort_index(axis=1)
    rows, columns = upward.index.tolist(), upward.columns.tolist()
    mark = (rows.index(at[0]), columns.index(at[1])) if at is not None else None
    cells = upward.set_axis([value_text(value) for value in rows])
    cells.columns = pd.Index([value_text(value) for value in columns])
    return Chart(
        "map",
        say(
            "Median {score} by {rows} (up) and {columns} (across)",
            score=say.figure(score),
            rows=table.index.name,
            columns=table.columns.name,
        ),
        say("In sample; the frame marks the best variant.") if mark else say("In sample."),
        (Grid("", cells, "ratio", diverging=False, mark=mark),),
        data=digest(cells, "ratio"),
    )


def scores_chart(values: pd.Series, best: float, score: str, say: Words) -> Chart:
    """Draw how many variants score how much."""
    return Chart(
        "scores",
        say("{score} of all variants", score=say.figure(score)),
        say(
            "From {low} to {high}; half of them above {middle}.",
            low=written(float(values.min()), "{:.3g}"),
            high=written(float(values.max()), "{:.3g}"),
            middle=written(float(values.median()), "{:.3g}"),
        ),
        (Counts("", histogram(values), {say("the best"): best}, "number"),),
    )


def held_chart(held: pd.DataFrame, say: Words) -> Chart:
    """Draw which share of the variants holds what over time, `held` session × name."""
    shades = regime_colors(held.columns)
    stack = tuple(Line(say.name(name), held[name], shades[name]) for name in held.columns)
    return Chart(
        "held",
        say("Share of variants by what they hold"),
        say("Where all switch together, the result depends on few dates."),
        (Lines("", (), "percent", stack=stack),),
        tuple(Key(line.name, line.color) for line in stack),
    )


def histogram(values: pd.Series) -> pd.Series:
    """Count values by bin; the index is the middle of each."""
    known = values.dropna().to_numpy(dtype=float)
    if len(known) == 0 or known.min() == known.max():
        return pd.Series([len(known)], index=[float(known[0]) if len(known) else 0.0])
    counts, edges = np.histogram(known, bins=BINS)
    return pd.Series(counts, index=(edges[1:] + edges[:-1]) / 2.0)


def value_text(value: object) -> str:
    """Write a parameter's value."""
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(
        value, bool
    )
    return f"{value:g}" if number else str(value)
