"""Results by month, half and regime, and around the date of the thesis."""

import numpy as np
import pandas as pd

from backtest.engine.metrics import max_drawdown, monthly_returns, total_return
from backtest.engine.result import BacktestResult
from backtest.evidence.timing import around
from backtest.market.episodes import EPISODES
from backtest.strategy.claim import Source
from backtest.views.charts import Bars, Chart, Grid, Key
from backtest.views.numbers import column, digest, written
from backtest.views.page import Section, Table
from backtest.views.palette import DARK, GRAY, color
from backtest.views.words import Words

MONTHS = 12


def monthly(result: BacktestResult, say: Words) -> Section:
    """Draw the return of every month and year."""
    returns = monthly_returns(result.returns)
    months = pd.PeriodIndex(returns.index)
    table = pd.Series(returns.to_numpy(), [months.year, months.month]).unstack()
    table = table.reindex(columns=range(1, MONTHS + 1))
    table[say("year")] = np.exp(np.log1p(table.clip(lower=-1 + 1e-12)).sum(axis=1)) - 1.0
    table.index = table.index.astype(str)
    best, worst = returns.idxmax(), returns.idxmin()
    chart = Chart(
        "months",
        say("Return by month, in percent"),
        say(
            "{up} of {count} months positive; best {best} ({high}), worst {worst} ({low}).",
            up=int((returns > 0).sum()),
            count=len(returns),
            best=best,
            high=written(float(returns.max()), "signed percent"),
            worst=worst,
            low=written(float(returns.min()), "signed percent"),
        ),
        (Grid("", table, "signed percent"),),
        data=digest(table, "signed percent"),
    )
    return Section("months", say("Months"), charts=(chart,))


def halves(result: BacktestResult, say: Words) -> Section:
    """Draw and list returns by calendar half."""
    table = result.by_half().rename(columns=say.name)
    ours = table.iloc[:, 0]
    beat = [
        say(
            "{count} of {all} halves ahead of {name}",
            count=int((ours > table[name]).sum()),
            all=int(table[name].notna().sum()),
            name=name,
        )
        for name in table.columns[1:]
    ]
    shades = (color(0), *((DARK, GRAY) * len(table.columns))[: len(table.columns) - 1])
    chart = Chart(
        "halves",
        say("Return by half"),
        say.listed(beat) + ("。" if say.chinese else ".") if beat else "",
        (Bars("", table, shades, "percent"),),
        tuple(Key(name, shade) for name, shade in zip(table.columns, shades, strict=True)),
        digest(table, "signed percent"),
    )
    return Section("halves", say("By half"), charts=(chart,), tables=_episodes(result, say))


def _episodes(result: BacktestResult, say: Words) -> tuple[Table, ...]:
    """List returns and drawdowns through the named episodes that lie whole in the window."""
    sessions = result.returns.index
    rows = {}
    for known in EPISODES.values():
        first, last = (pd.Timestamp(day) for day in known[:2])
        if sessions[0] <= first and last <= sessions[-1]:
            inside = {result.name: result.returns, **result.benchmarks}
            inside = {name: values.loc[first:last] for name, values in inside.items()}
            rows[f"{say(known.title)} ({known.first} … {known.last})"] = {
                **{say.name(name): total_return(values) for name, values in inside.items()},
                say("deepest"): max_drawdown(inside[result.name]),
            }
    if not rows:
        return ()
    table = pd.DataFrame.from_dict(rows, orient="index")
    cells = digest(table, "signed percent")
    return (Table(say("Named episodes"), cells),)


def regimes(result: BacktestResult, source: Source | None, say: Words) -> Section:
    """List returns by what was held, and up to the date of the thesis and after it."""
    tables = [Table(say("By basket held"), cells_of(result.by_regime(), say))]
    if source is not None and result.manifest["claims"]:
        parts = around(result, source.published)
        parts.index = [say.name(name) for name in parts.index]
        caption = say(
            "Up to the thesis of {date} and after it", date=f"{source.published:%Y-%m-%d}"
        )
        tables.append(Table(caption, cells_of(parts, say)))
    return Section("regimes", say("By regime"), tables=tuple(tables))


def cells_of(table: pd.DataFrame, say: Words) -> pd.DataFrame:
    """Write a table of sessions, returns and ratios."""
    shapes = {"sessions": "number", "sharpe": "ratio"}
    heads = {
        "sessions": say("sessions"),
        "total_return": say("total return"),
        "cagr": say("annual"),
        "sharpe": say.figure("sharpe"),
    }
    return pd.DataFrame(
        {
            heads.get(name) or say.name(name.removesuffix(" total_return")): column(
                table[name], shapes.get(name, "signed percent")
            )
            for name in table.columns
        },
        index=[say.name(str(name)) for name in table.index],
    )
