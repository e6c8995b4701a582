"""Risk appetite: the share of four signs that show, from 0 to 1.

The signs are those of the confidence trigger: the broad index above its average, a majority of
sectors above theirs, turnover expanding, volatility below its median. Further ones stand beside
them: how far each sign moves the number is said, the verdict rests on the four.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.evidence.observation import Array, Observation
from backtest.evidence.windows import CannotTell, Window
from backtest.market import Market
from backtest.notes import Note
from backtest.strategy.claim import Claim
from backtest.triggers import Breadth, CalmVolatility, IndexAboveAverage, TurnoverExpansion
from backtest.triggers.equity import breadth_of

SIGNS = {
    "trend": IndexAboveAverage(120),
    "breadth": Breadth(0.5, 60),
    "turnover": TurnoverExpansion(),
    "calm": CalmVolatility(),
}
MONTH = 20  # sessions
HIGH = 120  # sessions whose highest close is a new high


def more_highs(market: Market) -> pd.Series:
    """Return whether more sectors were at a high of 120 sessions than at a low, over a month."""
    close = market.sector_close
    last = close.rolling(HIGH)
    known = last.max().notna().any(axis=1)
    apart = ((close == last.max()) * 1.0 - (close == last.min()) * 1.0).sum(axis=1).where(known)
    return _yes(apart.rolling(MONTH).sum())


def rising(series: str) -> Callable[[Market], pd.Series]:
    """Return whether a series is higher than a month ago."""
    return lambda market: _yes(market.need(series).diff(MONTH))


def inflow(series: str) -> Callable[[Market], pd.Series]:
    """Return whether a flow of money, by session, came to more than 0 over a month."""
    return lambda market: _yes(market.need(series).rolling(MONTH).sum())


def _yes(values: pd.Series) -> pd.Series:
    return (values > 0).astype(float).where(values.notna())


FURTHER: Mapping[str, Callable[[Market], pd.Series]] = {
    "margin": rising("margin_balance"),
    "highs": more_highs,
    "northbound": inflow("northbound_flow"),
    "funds": inflow("etf_flow"),
}
FEWEST = 2  # signs without which there is no appetite to speak of
TAIL = 60  # sessions at the end of a window, and before its start, that a recovery is between
RISING = 20  # sessions over which breadth is said to rise


def signs(market: Market, without: str = "", also: str = "") -> pd.DataFrame:
    """Return the signs a market can answer, session × sign: 1, 0, or NaN while not known.

    The four but the one of `without`, and the further one of `also`.

    Raises
    ------
    CannotTell
        If fewer than two of the four can be answered.
    UserError
        If the market lacks what `also` reads.
    """
    answers = {}
    for name, trigger in SIGNS.items():
        if name == without:
            continue
        try:
            answers[name] = trigger.answer(market).astype("Float64").astype(float)
        except UserError:
            continue
    if len(answers) < FEWEST:
        raise CannotTell(
            "market {market} shows fewer than {fewest} signs of risk appetite; it needs a "
            "benchmark and traded values",
            market=market.name,
            fewest=FEWEST,
        )
    if also:
        answers[also] = FURTHER[also](market)
    return pd.DataFrame(answers)


def score(market: Market, without: str = "", also: str = "") -> pd.Series:
    """Return the share of the signs that show after each session, over those that are known."""

    def shown() -> pd.Series:
        found = signs(market, without, also)
        return found.mean(axis=1).where(found.notna().sum(axis=1) >= FEWEST)

    return market.remember(("appetite", without, also), shown)


def appetite(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the mean risk appetite over a window."""
    scores = _score(claim, market).iloc[window.rows].dropna()
    if scores.empty:
        raise CannotTell("risk appetite is not known over {label}", label=window.label)
    values = scores.to_numpy(dtype=float)
    return Observation(
        instruments=_sources(market),
        statistic=lambda counts: counts @ values / counts.sum(axis=1),
        moves=claim.sign * scores,
        parts=_parts(market, window)
        | _leans(claim, market, lambda one: float(_score(one, market).iloc[window.rows].mean())),
        additive=False,
    )


def appetite_elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
    """Return the mean risk appetite over every window of `length` sessions."""
    return _score(claim, market).rolling(length, min_periods=length // 2).mean()


def recovery(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure risk appetite at a window's end less that before its start, means of `tail`."""
    tail = int(claim.option("tail", TAIL))
    scores = _score(claim, market)
    before = scores.iloc[max(0, window.base + 1 - tail) : window.base + 1].dropna()
    late = scores.iloc[max(window.base + 1, window.last + 1 - tail) : window.last + 1].dropna()
    if before.empty or late.empty:
        raise CannotTell("risk appetite is not known around {label}", label=window.label)
    values = np.r_[before.to_numpy(dtype=float), late.to_numpy(dtype=float)]
    is_late = np.r_[np.zeros(len(before)), np.ones(len(late))]

    def statistic(counts: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            end: Array = counts @ (values * is_late) / (counts @ is_late)
            start: Array = counts @ (values * (1 - is_late)) / (counts @ (1 - is_late))
        return end - start

    def change(one: Claim) -> float:
        other = _score(one, market)
        return float(other[late.index].mean() - other[before.index].mean())

    return Observation(
        instruments=_sources(market),
        statistic=statistic,
        moves=claim.sign * pd.concat([before, late]),
        parts=_parts(market, window)
        | {"start": float(before.mean()), "end": float(late.mean())}
        | _leans(claim, market, change),
        additive=False,
    )


def recovery_elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
    """Return the recovery over every window of `length` sessions."""
    tail = int(claim.option("tail", TAIL))
    level = _score(claim, market).rolling(tail, min_periods=tail // 2).mean()
    return level - level.shift(length)


def _score(claim: Claim, market: Market) -> pd.Series:
    chosen = {"without": "", "with": ""} | dict(claim.options)
    return score(market, str(chosen["without"]), str(chosen["with"]))


def _leans(claim: Claim, market: Market, value: Callable[[Claim], float]) -> dict[str, float]:
    """Return by how much each sign moves the number: of the four by being there, else by coming."""
    if {"without", "with"} & dict(claim.options).keys():
        return {}
    own, found = value(claim), {}
    for option, names in (("without", SIGNS), ("with", FURTHER)):
        for name in names:
            changed = replace(claim, options=(*claim.options, (option, name)))
            try:
                other = value(changed)
            except (CannotTell, UserError):
                continue
            found[f"lean_{name}"] = own - other if option == "without" else other - own
    return found


def _sources(market: Market) -> tuple[str, ...]:
    return (market.universe.benchmark, Note("{count} sectors", count=len(market.by_sector)))


def _parts(market: Market, window: Window) -> dict[str, float]:
    """Return the share of sessions with an up-trend and rising breadth, and each sign's share."""
    found = signs(market)
    breadth = breadth_of(market, 60)
    rising = breadth > breadth.shift(RISING)
    parts = {name: float(found[name].iloc[window.rows].mean()) for name in found.columns}
    if "trend" in found.columns:
        both = (found["trend"] == 1.0) & rising
        parts["uptrend_rising_breadth"] = float(both.iloc[window.rows].mean())
    return parts
