"""Weights over time, a row per sector."""

import numpy as np
import pandas as pd

from backtest.engine.result import BacktestResult
from backtest.market import Market
from backtest.views.charts import Chart, Raster
from backtest.views.numbers import digest
from backtest.views.page import Section
from backtest.views.words import Words

DAILY = 500  # sessions up to which every one is shown, and otherwise the last of each week
NOTHING = 5e-4  # a mean weight below this rounds to 0.0 %
ROWS = 40
DARKEST = 0.95  # of the weights lie below the one drawn darkest


def holdings(result: BacktestResult, market: Market | None, say: Words) -> Section | None:
    """Draw the weights held at each close."""
    weights = by_name(result.weights, market, say)
    weights[say("cash")] = (1.0 - weights.sum(axis=1)).clip(lower=0.0)
    mean = weights.mean().sort_values(ascending=False, kind="stable")
    shown = weights[mean.index[mean > NOTHING][:ROWS]]
    if shown.empty:
        return None
    if len(shown) > DAILY:
        days = pd.DatetimeIndex(shown.index)
        last = pd.Series(days, index=days).groupby(days.to_period("W")).max()
        shown = shown[shown.index.isin(last)]
    darkest = float(np.quantile(shown.to_numpy()[shown.to_numpy() > NOTHING], DARKEST))
    years = pd.DatetimeIndex(weights.index).year
    yearly = weights[shown.columns].groupby(years).mean().T
    top = [f"{name} {mean[name]:.0%}" for name in shown.columns[:3]]
    chart = Chart(
        "weights",
        say("Weights over time"),
        say("The largest mean weights: {top}.", top=say.listed(top)),
        (
            Raster(
                say("Weight at each close, darkest from {most} on", most=f"{darkest:.0%}"),
                shown.T,
                darkest,
            ),
        ),
        data=digest(yearly, "percent"),
    )
    return Section("weights", say("Weights"), charts=(chart,))


def by_name(frame: pd.DataFrame, market: Market | None, say: Words) -> pd.DataFrame:
    """Add up columns of instruments by sector, and call sectors and instruments by name."""
    if market is None:
        return frame.copy()
    labels = [instrument_label(market, name, say) for name in frame.columns]
    return frame.T.groupby(labels, sort=False).sum().T


def instrument_label(market: Market, name: str, say: Words) -> str:
    """Return what an instrument's sector is called, or the instrument itself where it has none."""
    known = market.universe.by_id.get(name)
    if known is None:
        return name
    if known.sector is not None:
        return say.of(market.universe.sectors[known.sector], "name")
    return say.of(known, "name")
