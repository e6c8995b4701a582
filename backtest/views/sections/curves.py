"""Equity, drawdown and what was held, on one time axis; deepest drawdowns."""

from collections.abc import Mapping

import pandas as pd

from backtest.engine.metrics import drawdown
from backtest.engine.result import BacktestResult
from backtest.evidence.timing import drawdowns
from backtest.views.charts import Chart, Key, Line, Lines, Strips, TimePanel
from backtest.views.numbers import column, day, digest, written
from backtest.views.page import Section, Table, table
from backtest.views.palette import BESIDE, DARK, GRAY, OTHER, color, regime_colors
from backtest.views.words import Words

WIDE, THIN = 2.0, 1.1  # lines of strategies, and of benchmarks


def curves(result: BacktestResult, say: Words) -> Section:
    """Draw the growth of 1, the fall from the highest value, and the basket held."""
    chart = result_chart(result, say)
    falls = drawdowns(result)
    tables: tuple[Table, ...] = ()
    if len(falls):
        cells = {
            "from": map(day, falls["peak"]),
            "trough": map(day, falls["trough"]),
            "recovered": map(day, falls["recovery"]),
            result.name: column(falls["depth"], "percent"),
            **{say.name(name): column(falls[name], "signed percent") for name in result.benchmarks},
            "main position": [_held(text, say) for text in falls["mostly_held"]],
        }
        numbers, caption = range(1, len(falls) + 1), say("Largest drawdowns")
        tables = (table(say, cells, numbers, caption=caption, left=("main position",)),)
    return Section("equity", say("Equity and drawdown"), charts=(chart,), tables=tables)


def result_chart(result: BacktestResult, say: Words) -> Chart:
    """Return a result's growth against its benchmarks', its drawdowns, and what was held."""
    return growth_chart({result.name: result.returns}, result.benchmarks, say, {"": result.regime})


def growth_chart(
    returns: Mapping[str, pd.Series],
    benchmarks: Mapping[str, pd.Series],
    say: Words,
    held: Mapping[str, pd.Series],
) -> Chart:
    """Return the growth of strategies and benchmarks, their drawdowns, and what was held."""
    lines, falls, keys = [], [], []
    series = {
        name: (values, color(number), "solid")
        for number, (name, values) in enumerate(returns.items())
    }
    for number, (name, values) in enumerate(benchmarks.items()):
        shade = DARK if number == 0 else GRAY
        series[say.name(name)] = (values.dropna(), shade, BESIDE[number % len(BESIDE)])
    for name, (values, shade, dash) in series.items():
        width = WIDE if name in returns else THIN
        lines.append(Line(name, (1.0 + values).cumprod(), shade, dash, width))
        alone = len(returns) == 1 and name in returns
        falls.append(Line(name, drawdown(values), shade, dash, THIN, filled=alone))
        keys.append(Key(name, shade, dash))
    panels: list[TimePanel] = [
        Lines(say("Growth of 1, log scale"), tuple(lines), "growth", log=True, height=280),
        Lines(say("Drawdown"), tuple(falls), "percent", height=130),
    ]
    if held:
        strips, more = _positions(say("Positions"), held, say)
        panels.append(strips)
        keys += more
    ends = [f"{line.name} {written(float(line.values.iloc[-1]), 'growth')}" for line in lines]
    return Chart(
        "equity",
        say("Growth, drawdown and positions") if held else say("Growth and drawdown"),
        say("Growth of 1 to: {ends}.", ends=say.listed(ends)),
        tuple(panels),
        tuple(keys),
        _yearly({name: values for name, (values, _, _) in series.items()}),
    )


def held_chart(held: Mapping[str, pd.Series], say: Words) -> Chart:
    """Return what several strategies held, a row each."""
    strips, keys = _positions("", held, say)
    told = say("{count} of the strategies switch between baskets.", count=len(held))
    return Chart("held", say("Positions"), told, (strips,), tuple(keys))


def _positions(title: str, held: Mapping[str, pd.Series], say: Words) -> tuple[Strips, list[Key]]:
    """Return what was held, a row each, and its legend: what shares a color is named together.

    Colors go first to what was held longest.
    """
    sessions = pd.concat(list(held.values())).value_counts(sort=False)
    longest = sessions.sort_values(ascending=False, kind="stable").index
    called = {name: say.name(name) for name in longest}
    shades = {called[name]: shade for name, shade in regime_colors(longest).items()}
    rows = {label: values.map(called) for label, values in held.items()}
    names: dict[str, str] = {}
    for name, shade in shades.items():
        base, _, added = name.partition("+")
        names.setdefault(shade, f"{base} + …" if added else name)
    if OTHER in names:
        names[OTHER] = say("others")
    return Strips(title, rows, shades), [Key(name, shade) for shade, name in names.items()]


def _yearly(series: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return returns by calendar year as text."""
    growth = 1.0 + pd.DataFrame(series)
    years = pd.DatetimeIndex(growth.index).year
    return digest(growth.groupby(years).prod(min_count=1) - 1.0, "signed percent")


def _held(text: str, say: Words) -> str:
    name, _, share = text.rpartition(" ")
    return f"{say.name(name)} {share}"
