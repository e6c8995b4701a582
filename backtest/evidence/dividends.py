"""Returns with dividends: prices grown by the dividend yield a market carries."""

from dataclasses import replace

import pandas as pd

from backtest.evidence.windows import CannotTell
from backtest.market import Market
from backtest.market.valuation import valuations
from backtest.strategy.claim import Claim


def market_for(claim: Claim, market: Market) -> Market:
    """Return the market a claim is measured on: with dividends, where it has `returns` "total".

    Raises
    ------
    CannotTell
        If the market has no dividend yield of something the claim is measured on.
    """
    if dict(claim.options).get("returns") != "total":
        return market
    needed = {market.universe.benchmark}
    if claim.basket is not None:
        names = claim.basket.sectors + (() if claim.against is None else claim.against.sectors)
        sectors = market.by_sector if claim.against is None else market.sectors_of(names)
        needed = {name for sector in sectors for name in market.by_sector[sector]}
    missing = sorted(needed - set(valuations(market, "dividend_yield").columns))
    if missing:
        raise CannotTell(
            "market {market} carries no dividend yield of {instrument}; import one with "
            "--valuation",
            market=market.name,
            instrument=missing[0],
        )
    return market.remember("with dividends", lambda: with_dividends(market))


def with_dividends(market: Market) -> Market:
    """Return a market whose prices are reinvested: each session adds the yield known before it.

    The yield of a year, in percent, by calendar days of 365, as the return of the session; what has
    no yield stays as it is.
    """
    yields = valuations(market, "dividend_yield").fillna(0.0) / 100.0
    days = market.sessions.to_series().diff().dt.days.fillna(0.0) / 365.0
    growth = (1.0 + yields.shift(fill_value=0.0).mul(days, axis=0)).cumprod()
    held = [name for name in market.close.columns if name in growth.columns]
    close = market.close.assign(**{name: market.close[name] * growth[name] for name in held})
    name = market.universe.benchmark
    benchmark = market.benchmark
    if name in growth.columns:
        benchmark = pd.Series(benchmark * growth[name], name=name)
    return replace(market, close=close, benchmark=benchmark)
