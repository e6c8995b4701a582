"""Size, power and coverage of the evidence's statistics on markets in which nothing is true.

Null markets are a market's own sessions, each column's mean taken out, drawn one by one ("iid") or
in blocks of 20, so that sectors keep moving together and volatility keeps clustering. What R7 is
about by valuation has a PE made up: prices over earnings that wander on their own. Truth is the
mean of a number over all markets. Power is what is found of an effect put in.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from backtest.data import load_market
from backtest.evidence.chance import SIGNIFICANCE
from backtest.evidence.observables import OBSERVABLES
from backtest.evidence.windows import CannotTell, resolve
from backtest.market import Market
from backtest.market.valuation import series_name
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim
from strategies.claims import CLAIMS, REPORT
from strategies.taxonomy import NQP
from tests.benchmarks.published import Kept
from tests.real import real_market

BLOCKS = {"iid": 1, "blocks of 20": 20}
PLANTED = 0.10  # over HORIZON sessions after each of EVENTS events
EVENTS, HORIZON = 24, 20
EARNINGS = 0.10  # their standard deviation a year
DRAWS = 200
SAID = (
    "Coverage of 90 % intervals; size of p at 5 %, its opposite, and sectors dealt by lot, on "
    "markets drawn from the market's own sessions without drift, one by one or in blocks of 20; "
    "and how often effects put in are found. A size of 5 % measured on as many markets as the "
    "column says is uncertain by twice the root of 0.0475 over their number."
)
SHOWN = ("value", "low", "high", "p0", "p1", "opposite0")


def null_market(market: Market, block: int, seed: int) -> Market:
    """Return a market of the same size whose sessions are drawn from another's, without drift."""
    random = np.random.default_rng(seed)
    rows = len(market.sessions)
    starts = random.integers(1, rows - block, rows // block + 1)
    picked = (starts[:, None] + np.arange(block)[None, :]).ravel()[:rows]

    def wander(levels: pd.DataFrame) -> pd.DataFrame:
        logs = np.log(levels).diff()
        drawn = logs.sub(logs.mean()).fillna(0.0).to_numpy()[picked]
        return pd.DataFrame(100.0 * np.exp(drawn.cumsum(axis=0)), levels.index, levels.columns)

    broad = wander(market.broad_index.to_frame())
    rates = market.series.ffill().bfill().diff()
    drawn = rates.sub(rates.mean()).fillna(0.0).to_numpy()[picked]
    series = pd.DataFrame(drawn.cumsum(axis=0) + 50.0, rates.index, rates.columns)
    traded = market.turnover
    return replace(
        market,
        close=wander(market.close.ffill().bfill()),
        open=None,
        benchmark=broad.iloc[:, 0].rename(market.broad_index.name),
        series=series,
        turnover=None
        if traded is None
        else pd.DataFrame(traded.to_numpy()[picked], traded.index, traded.columns),
    )


def valued(market: Market, seed: int) -> Market:
    """Return a market whose sectors have a PE: their price over earnings that wander by lot."""
    named = [name for names in market.by_sector.values() for name in names]
    close = market.close[named].ffill().bfill()
    moves = np.random.default_rng(seed).normal(0.0, EARNINGS / 242**0.5, close.shape)
    pe = 20.0 * close / close.iloc[0] / np.exp(moves.cumsum(axis=0))
    pe.columns = [series_name("pe", name) for name in named]
    return replace(market, series=pd.concat([market.series, pe], axis=1))


def measured(claim: Claim, market: Market, seed: int) -> dict[str, float]:
    """Return a claim's number, its interval and its p-values on a market; empty if it has none."""
    measure = OBSERVABLES[claim.observable]
    try:
        window = resolve(claim.window, REPORT, market)
        observed = measure.observe(claim, market, window)
        found = {"value": observed.value}
        for number, ask in enumerate(measure.placebos):
            placebo = ask(claim, market, window, observed, DRAWS, seed)
            found |= {f"p{number}": placebo.p, f"opposite{number}": placebo.p_opposite}
        bounds = measure.interval(claim, market, window, observed)
    except CannotTell:
        return {}
    found |= {"low": bounds.low, "high": bounds.high}
    return {name: value for name, value in found.items() if name in SHOWN}


def asked_about(base: Market) -> list[Claim]:
    """Return the claims measured: the thesis's, R7 by price and by valuation, and three more."""
    named = {claim.id: claim for claim in CLAIMS}
    rated = [claim for claim in CLAIMS if claim.observable == "rerating"]
    return [
        *(replace(claim, observable="lead") if claim in rated else claim for claim in CLAIMS),
        *(replace(claim, id=f"{claim.id} by valuation") for claim in rated),
        replace(named["T1"], id="T1 dealt"),
        replace(named["R8"], id="R8 all years", window="before"),
        spread_out(base),
    ]


def on_one(base: Market, block: int, seed: int) -> dict[str, dict[str, float]]:
    """Return what every claim measures on one null market."""
    drawn = null_market(base, block, seed)
    rich = valued(drawn, seed)
    found = {}
    for claim in asked_about(base):
        asked = dealt(claim, drawn, seed) if claim.id == "T1 dealt" else claim
        on = rich if claim.observable == "rerating" else drawn
        found[claim.id] = measured(asked, on, seed)
    return found


def rates(base: Market, markets: int, kept: Kept) -> pd.DataFrame:
    """Return coverage and size by claim and kind of null market."""
    rows = []
    for kind, block in BLOCKS.items():
        known = [
            kept.cell(f"{kind} {seed}", partial(on_one, base, block, seed))
            for seed in range(markets)
        ]
        rows += [
            {"claim": claim.id, "market": kind}
            | _rates(pd.DataFrame([one[claim.id] for one in known if one[claim.id]]))
            for claim in asked_about(base)
        ]
    table = pd.DataFrame(rows).set_index(["claim", "market"])
    # The sectors of tracks do move together here; dealt by lot they do not, but have no one truth.
    table.loc["T1", ["size", "opposite"]] = np.nan
    table.loc["T1 dealt", "coverage"] = np.nan
    return table


def _rates(table: pd.DataFrame) -> dict[str, float]:
    if table.empty:
        return {"markets": 0}
    truth = table["value"].mean()
    known = table[["low", "high"]].dropna()
    inside = (known["low"] <= truth) & (truth <= known["high"])
    return {
        "markets": len(table),
        "coverage": float(inside.mean()),
        "size": float((table["p0"] <= SIGNIFICANCE).mean()),
        "opposite": float((table["opposite0"] <= SIGNIFICANCE).mean()),
        "by lot": float((table["p1"] <= SIGNIFICANCE).mean()) if "p1" in table else np.nan,
    }


def dealt(claim: Claim, market: Market, seed: int) -> Claim:
    """Return a claim about groups with sectors dealt to them by lot: no tracks, so no cohesion."""
    order = iter(np.random.default_rng(seed).permutation(list(market.by_sector)).tolist())
    groups = [Basket.of(one.name, [next(order) for _ in one.sectors]) for one in claim.groups]
    return replace(claim, groups=tuple(groups))


def spread_out(market: Market) -> Claim:
    """Return P4 over 24 events as far apart as the record allows."""
    found = next(claim for claim in CLAIMS if claim.id == "P4")
    last = int(market.sessions.searchsorted(REPORT.published)) - HORIZON - 2
    at = np.linspace(140, last, EVENTS).astype(int)
    dated = tuple((f"{market.sessions[k]:%Y-%m-%d}", NQP.name) for k in at)
    return replace(found, id="24 events", events=dated)


def planted(base: Market, markets: int, kept: Kept) -> Iterator[tuple[str, float]]:
    """Yield what is found of effects put into null markets, and how often."""
    claim = spread_out(base)
    at = base.sessions.get_indexer([pd.Timestamp(day) for day, _ in claim.events])
    lift = np.zeros(len(base.sessions))
    for event in at:
        lift[event : event + HORIZON] = np.log1p(PLANTED) / HORIZON

    def share(
        asked: Claim, block: int, sectors: tuple[str, ...], lift: np.ndarray, most: float
    ) -> float:
        hits = [
            measured(asked, _raised(null_market(base, block, seed), sectors, lift), seed)["p0"]
            <= most
            for seed in range(markets)
        ]
        return float(np.mean(hits))

    for kind, block in BLOCKS.items():
        what = f"+{PLANTED:.0%} over {HORIZON} sessions after {EVENTS} events, {kind}"
        found = partial(share, claim, block, NQP.sectors, lift, SIGNIFICANCE)
        yield what, kept.cell(f"{what} {markets}", found)
    named = {claim.id: claim for claim in asked_about(base)}
    for claim_id in ("R7.technology", "R2"):
        chosen = named[claim_id]
        assert chosen.basket is not None
        window = resolve(chosen.window, REPORT, base)
        others = () if chosen.against is None else chosen.against.sectors
        only = tuple(name for name in chosen.basket.sectors if name not in others)
        for gain in (0.2, 0.5, 3.0):
            lift = np.zeros(len(base.sessions))
            lift[window.rows] = np.log1p(gain) / len(window)
            what = f"{claim_id} +{gain:.0%} over its half, after Holm, blocks of 20"
            found = partial(share, chosen, 20, only, lift, SIGNIFICANCE / len(CLAIMS))
            yield what, kept.cell(f"{what} {markets}", found)


def _raised(market: Market, sectors: tuple[str, ...], lift: np.ndarray) -> Market:
    names = [name for sector in sectors for name in market.by_sector.get(sector, ())]
    close = market.close.copy()
    close[names] = close[names].mul(np.exp(lift.cumsum()), axis=0)
    return replace(market, close=close)


def table(markets: int = 200, name: str = "sample") -> Iterator[str]:
    """Yield the table line by line; "real" is the record in the folder NQP_MARKET_DATA names."""
    real = name == "real"
    base = real_market(Path(os.environ["NQP_MARKET_DATA"])) if real else load_market(name)
    yield f"90% intervals and p-values at 5% on {markets} null markets like {base.name}"
    kept = Kept(f"evidence-{base.name}")
    yield from rates(base, markets, kept).round(3).to_string().splitlines()
    yield ""
    yield "effects put in, and how often they are found"
    for what, share in planted(base, max(20, markets // 5), kept):
        yield f"{share:6.0%}  {what}"
