"""What trading cost, by kind."""

import pandas as pd

from backtest.costs import cost_parts
from backtest.engine.result import BacktestResult
from backtest.views.charts import Bars, Chart, Key
from backtest.views.numbers import column, digest, written
from backtest.views.page import Section, table
from backtest.views.palette import color
from backtest.views.words import Words


def costs(result: BacktestResult, say: Words) -> Section | None:
    """List costs by kind and draw them by year; None where nothing was traded."""
    orders = result.orders
    if orders.empty:
        return None
    kinds = cost_parts(orders)
    paid = orders[kinds].sum()
    traded, equity = float(orders["value"].sum()), float(result.equity.mean())
    years = len(result.equity) / result.per_year
    total = pd.concat([paid, pd.Series({"total": float(orders["cost"].sum())})])
    currency = result.manifest["currency"]
    cells = {
        say("paid, {currency}", currency=currency): column(total, "number"),
        "of value traded, bp": column(total / traded * 1e4, "{:.2f}"),
        "of equity, a year": column(total / equity / years, "{:.2%}"),
    }
    names = [say(name.replace("_", " ")) for name in total.index]
    sentence = say(
        "{count} trades worth {value} {currency} cost {paid} {currency}, by the model {name}; "
        "orders fill at the next {fill}.",
        count=f"{len(orders):,}",
        value=written(traded, "number"),
        currency=currency,
        paid=written(float(orders["cost"].sum()), "number"),
        name=result.manifest["costs"],
        fill=say(result.manifest["fill"]),
    )
    kinds = [name for name in kinds if paid[name] > 0]
    charts: tuple[Chart, ...] = ()
    if kinds:
        charts = (_by_year(result, kinds, say),)
    listed = table(say, cells, names, caption=say("Costs by kind"))
    return Section("costs", say("Costs"), (sentence,), charts, (listed,))


def _by_year(result: BacktestResult, kinds: list[str], say: Words) -> Chart:
    filled = pd.DatetimeIndex(result.orders["filled"]).year
    equity = result.equity.groupby(pd.DatetimeIndex(result.equity.index).year).mean()
    paid = result.orders[kinds].groupby(filled).sum().reindex(equity.index, fill_value=0.0)
    paid = paid.div(equity, axis=0)
    paid.columns = pd.Index([say(name.replace("_", " ")) for name in kinds])
    paid.index = paid.index.astype(str)
    yearly = paid.sum(axis=1)
    shades = tuple(color(number) for number in range(len(kinds)))
    return Chart(
        "costs",
        say("Costs by year, of mean equity"),
        say("Most in {year}: {share}.", year=yearly.idxmax(), share=f"{yearly.max():.2%}"),
        (Bars("", paid, shades, "{:.2%}", stacked=True),),
        tuple(Key(name, shade) for name, shade in zip(paid.columns, shades, strict=True)),
        digest(paid, "{:.2%}"),
    )
