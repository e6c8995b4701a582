"""Switches one by one: what each brought."""

import math

import numpy as np
import pandas as pd

from backtest.engine.result import BacktestResult
from backtest.evidence.timing import switches
from backtest.strategy.decisions import rotates
from backtest.views.charts import Chart, Line, Lines
from backtest.views.numbers import column, day, written
from backtest.views.page import Section, Table, table
from backtest.views.palette import color
from backtest.views.words import Words

LISTED = 5  # best and worst switches


def switching(result: BacktestResult, say: Words) -> Section | None:
    """Draw what switching added up to, and list it by basket and switch; None for no rotation."""
    if not rotates(result.strategy):
        return None
    made = switches(result)
    if made.empty:
        return None
    summed = made["contribution"].groupby(level=0).sum()
    path = summed.cumsum().reindex(result.equity.index).ffill().fillna(0.0)
    total, right = float(summed.sum()), int((made["gain"] > 0).sum())
    sentence = say(
        "{right} of {count} switches outperformed the basket they left, until the next switch; "
        "together they added {total} before costs.",
        right=right,
        count=len(made),
        total=written(math.expm1(total), "signed percent"),
    )
    chart = Chart(
        "switches",
        say("Cumulative contribution of switching"),
        say("{total} at the end.", total=written(math.expm1(total), "signed percent")),
        (
            Lines(
                say("By date of the switch, before costs"),
                (Line(say("contribution"), np.expm1(path), color(0), filled=True),),
                "signed percent",
                height=170,
            ),
        ),
        data=_listed(made, say).cells,
    )
    order = made["contribution"].sort_values(kind="stable").index
    extremes = made.sort_values("contribution", kind="stable")
    tables = [Table(say("By basket entered"), _by_basket(made, say))]
    if len(order) > 2 * LISTED:
        best, worst = extremes.iloc[::-1].head(LISTED), extremes.head(LISTED)
        tables.append(_listed(best, say, say("Best switches")))
        tables.append(_listed(worst, say, say("Worst switches")))
    return Section("switches", say("Switches"), (sentence,), (chart,), tuple(tables))


def _by_basket(made: pd.DataFrame, say: Words) -> pd.DataFrame:
    groups = made.groupby("entered", sort=False)
    return pd.DataFrame(
        {
            say("switches"): column(groups.size(), "number"),
            say("share positive"): column(
                groups["gain"].apply(lambda gain: (gain > 0).mean()), "{:.0%}"
            ),
            say("mean sessions"): column(groups["sessions"].mean(), "number"),
            say("contribution"): column(np.expm1(groups["contribution"].sum()), "signed percent"),
        },
        index=[say.name(name) for name in groups.size().index],
    )


def _listed(made: pd.DataFrame, say: Words, caption: str = "") -> Table:
    cells = {
        "basket left": map(say.name, made["left"]),
        "basket entered": map(say.name, made["entered"]),
        "sessions": column(made["sessions"], "number"),
        "relative gain": column(made["gain"], "signed percent"),
    }
    left = ("basket left", "basket entered")
    return table(say, cells, map(day, made.index), caption=caption, left=left)
