"""Where the return came from: Brinson-Fachler by group, and what against when."""

from collections.abc import Sequence

import pandas as pd

from backtest.engine.result import BacktestResult
from backtest.evidence.attribution import Attribution, attributions, partition
from backtest.evidence.timing import ReturnSplit, split
from backtest.market import Market
from backtest.notes import Note
from backtest.strategy.basket import Basket
from backtest.views.charts import Bars, Chart, Key
from backtest.views.numbers import column, written
from backtest.views.page import Section, Table
from backtest.views.palette import color
from backtest.views.words import Words


def origins(
    result: BacktestResult, market: Market, groups: Sequence[Basket], say: Words
) -> Section:
    """Attribute the return to groups of sectors, and split it into what and when."""
    found = attributions(result, partition(groups, market))
    return attributed(found, split(result), say)


def attributed(found: Sequence[Attribution], parts: ReturnSplit, say: Words) -> Section:
    """Show attributions that were made, the first with its two effects drawn."""
    first = found[0]
    effects = 100 * first.table[["allocation", "selection"]].fillna(0.0)
    effects.index = pd.Index(_groups(first, say))
    shades = (color(0), color(4))
    effects.columns = pd.Index([say("allocation"), say("selection")])
    chart = Chart(
        "attribution",
        say("Effects against {name}, points", name=say.name(first.against)),
        say("The effects add up to {total} points.", total=written(100 * first.active, "points")),
        (Bars("", effects, shades, "points", horizontal=True, stacked=True),),
        tuple(Key(name, shade) for name, shade in zip(effects.columns, shades, strict=True)),
    )
    tables = []
    for one in found:
        heads = {
            "weight": (say("mean weight"), "percent", 1.0),
            "benchmark_weight": (say("benchmark weight"), "percent", 1.0),
            "allocation": (say("allocation"), "points", 100.0),
            "selection": (say("selection"), "points", 100.0),
            "total": (say("total"), "points", 100.0),
        }
        cells = pd.DataFrame(
            {
                head: column(one.table[key] * scale, shape)
                for key, (head, shape, scale) in heads.items()
                if key in one.table
            },
            index=_groups(one, say),
        )
        caption = say(
            "Against {name}: {active} points",
            name=say.name(one.against),
            active=written(100 * one.active, "points"),
        )
        tables.append(Table(caption, cells))
    notes = (
        say(
            "Brinson and Fachler, linked by Carino: allocation is how much of a group was held, "
            "selection what of it."
        ),
    )
    told = (origin_of(parts, say),)
    return Section("attribution", say("Attribution"), told, (chart,), tuple(tables), notes)


def origin_of(parts: ReturnSplit, say: Words) -> str:
    """Say which parts a return over the equal-weight market's comes from."""
    pieces = {
        say("basket selection"): parts.selection,
        say("timing"): parts.timing,
        say("costs"): parts.costs,
        say("execution lag"): parts.filling,
    }
    told = [f"{name} {written(100 * value, 'points')}" for name, value in pieces.items()]
    return say(
        "Of the excess return of {active} percentage points: {parts}.",
        active=written(100 * parts.active, "points"),
        parts=say.listed(told),
    )


def _groups(found: Attribution, say: Words) -> list[str]:
    """Name the groups: baskets by their titles."""
    names = found.table.index
    return [say.note(name) if isinstance(name, Note) else say.name(name) for name in names]
