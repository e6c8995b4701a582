"""A second implementation of every trigger, from the docstrings alone: slow and literal.

Answers are arrays of 1.0 (yes), 0.0 (no) and NaN (unknown), one a session. Nothing of the package
that computes is used, but the composite index, which has a second implementation of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

import backtest
from backtest.composite import composite
from backtest.market import Market

Answer = np.ndarray
SECOND: dict[str, Callable[[Any, Market], Answer]] = {}


def second(name: str) -> Callable[[Any], Any]:
    """Register the second implementation of the trigger of this name."""

    def register(function: Any) -> Any:
        SECOND[name] = function
        return function

    return register


def answer(trigger: Any, market: Market) -> Answer:
    """Return what a trigger says, computed again."""
    name = type(trigger).__name__
    assert name in SECOND, f"add a second implementation of {name} to tests/spec/triggers.py"
    return SECOND[name](trigger, market)


# Sectors


@cache
def sector_levels(market: Market) -> dict[str, np.ndarray]:
    """Return the price index of each sector."""
    levels = {}
    for sector, instruments in market.by_sector.items():
        prices = market.close[list(instruments)].to_numpy(dtype=float)
        levels[sector] = prices[:, 0] if len(instruments) == 1 else _together(prices)
    return levels


def _together(prices: np.ndarray) -> np.ndarray:
    """Return an index that moves by the mean return of the columns; NaN where none has a price."""
    level, out = 1.0, []
    for t in range(len(prices)):
        level *= 1.0 + _mean_return(prices, t, otherwise=0.0)
        out.append(level if (~np.isnan(prices[t])).any() else np.nan)
    return np.array(out)


def _mean_return(prices: np.ndarray, t: int, otherwise: float) -> float:
    if t == 0:
        return otherwise
    both = ~np.isnan(prices[t]) & ~np.isnan(prices[t - 1])
    return float(np.mean(prices[t, both] / prices[t - 1, both] - 1.0)) if both.any() else otherwise


@cache
def sector_values(market: Market, sectors: tuple[str, ...]) -> np.ndarray:
    """Return the traded value of sectors together; NaN where none has one."""
    ids = [i for sector in sectors for i in market.by_sector[sector]]
    if market.turnover is None:
        return np.full(len(market.sessions), np.nan)
    values = market.turnover[ids].to_numpy(dtype=float)
    return np.array([np.nansum(v) if (~np.isnan(v)).any() else np.nan for v in values])


@cache
def whole_market(market: Market) -> np.ndarray:
    """Return the index of the equal-weighted mean return of all sectors, 1 at first."""
    prices = np.column_stack(list(sector_levels(market).values()))
    moves = [_mean_return(prices, t, otherwise=0.0) for t in range(len(prices))]
    return np.cumprod(1.0 + np.array(moves))


def of_group(market: Market, sectors: tuple[str, ...]) -> list[str]:
    """Return those of the sectors that the market has."""
    return [sector for sector in sectors if sector in market.by_sector]


# Arithmetic on windows


def mean_of_last(values: np.ndarray, window: int, needed: int | None = None) -> np.ndarray:
    """Return the mean of each last `window`; NaN where fewer than `needed` (all) are there."""
    padded = np.concatenate([np.full(window - 1, np.nan), values])
    last = sliding_window_view(padded, window)
    count = (~np.isnan(last)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        mean = np.nansum(last, axis=1) / count
    return np.where(count >= (window if needed is None else needed), mean, np.nan)


def before(values: np.ndarray, sessions: int) -> np.ndarray:
    """Return the value `sessions` sessions ago."""
    return np.array([values[t - sessions] if t >= sessions else np.nan for t in range(len(values))])


def said(yes: np.ndarray, *known: np.ndarray) -> Answer:
    """Return yes and no; unknown where one of `known` is missing."""
    out = yes.astype(float)
    for values in known:
        out[np.isnan(values)] = np.nan
    return out


def series(market: Market, name: str) -> np.ndarray:
    """Return a series; "rate" is the universe's ten-year yield."""
    name = market.universe.rate if name == "rate" else name
    return market.series[name].to_numpy(dtype=float)


# The algebra


def k_of(k: int, parts: list[Answer]) -> Answer:
    """Return whether `k` or more say yes; unknown where the unknown could decide it."""
    yes = np.sum([part == 1.0 for part in parts], axis=0)
    unknown = np.sum([np.isnan(part) for part in parts], axis=0)
    return np.where(yes >= k, 1.0, np.where(yes + unknown < k, 0.0, np.nan))


def both(*parts: Answer) -> Answer:
    """No as soon as one says no; else unknown as soon as one is."""
    no = np.any([part == 0.0 for part in parts], axis=0)
    unknown = np.any([np.isnan(part) for part in parts], axis=0)
    return np.where(no, 0.0, np.where(unknown, np.nan, 1.0))


def either(*parts: Answer) -> Answer:
    """Yes as soon as one says yes; else unknown as soon as one is."""
    return inverse(both(*[inverse(part) for part in parts]))


def inverse(part: Answer) -> Answer:
    """Yes where the part says no, unknown where it is."""
    return 1.0 - part


SECOND["AllOf"] = lambda trigger, market: both(*[answer(p, market) for p in trigger.parts])
SECOND["AnyOf"] = lambda trigger, market: either(*[answer(p, market) for p in trigger.parts])
SECOND["Not"] = lambda trigger, market: inverse(answer(trigger.part, market))
SECOND["KOutOf"] = lambda t, market: k_of(t.k, [answer(p, market) for p in t.parts])
SECOND["Always"] = lambda trigger, market: np.ones(len(market.sessions))
SECOND["Never"] = lambda trigger, market: np.zeros(len(market.sessions))


# Memory


def latch(enter: Answer, leave: Answer) -> Answer:
    """On once `enter` fires, off once `leave` does, which wins; otherwise as before."""
    state, out = np.nan, []
    for on, off in zip(enter, leave, strict=True):
        if off == 1.0:
            state = 0.0
        elif on == 1.0:
            state = 1.0
        out.append(state)
    return np.array(out)


def min_hold(part: Answer, sessions: int) -> Answer:
    """An answer stands for `sessions` sessions, the one of its change included."""
    state, stood, out = np.nan, 0, []
    for now in part:
        stood += 1
        if np.isnan(state):
            if not np.isnan(now):
                state, stood = now, sessions
        elif not np.isnan(now) and now != state and stood >= sessions:
            state, stood = now, 0
        out.append(state)
    return np.array(out)


def confirmed(part: Answer, sessions: int) -> Answer:
    """Yes after `sessions` yeses in a row; no where one of the last said no; else unknown."""
    out = []
    for t in range(len(part)):
        last = part[max(0, t + 1 - sessions) : t + 1]
        if (last == 0.0).any():
            out.append(0.0)
        else:
            out.append(1.0 if (last == 1.0).sum() == sessions else np.nan)
    return np.array(out)


def recently(part: Answer, sessions: int) -> Answer:
    """Yes where one of the last said yes; else no, unknown while the part was never known."""
    out = []
    for t in range(len(part)):
        if (part[max(0, t + 1 - sessions) : t + 1] == 1.0).any():
            out.append(1.0)
        else:
            out.append(np.nan if np.isnan(part[: t + 1]).all() else 0.0)
    return np.array(out)


SECOND["Latch"] = lambda t, market: latch(answer(t.enter, market), answer(t.leave, market))
SECOND["MinHold"] = lambda t, market: min_hold(answer(t.part, market), t.sessions)
SECOND["Confirmed"] = lambda t, market: confirmed(answer(t.part, market), t.sessions)
SECOND["Recently"] = lambda t, market: recently(answer(t.part, market), t.sessions)


# Series


def change(values: np.ndarray, window: int) -> np.ndarray:
    """Return the value less the one `window` sessions before, to eight decimals."""
    return np.round(values - before(values, window), 8)


def rate_fall(market: Market, bp: float, window: int, name: str = "rate") -> Answer:
    """The rate is at least `bp` lower than `window` sessions ago."""
    fall = np.round(-100.0 * change(series(market, name), window), 6)
    return said(fall >= bp, fall)


def rate_below(market: Market, window: int, name: str = "rate", band: float = 0.0) -> Answer:
    """The rate is below its mean less `band`."""
    rate = series(market, name)
    mean = mean_of_last(rate, window)
    return said(rate < mean - band, rate, mean)


def moved(market: Market, name: str, by: float, window: int) -> Answer:
    """A series moved by `by` or more; below 0, by `by` or less."""
    move = change(series(market, name), window)
    return said(move >= by if by >= 0 else move <= by, move)


SECOND["RateFall"] = lambda t, market: rate_fall(market, t.bp, t.window, t.series)
SECOND["RateBelowAverage"] = lambda t, market: rate_below(market, t.window, t.series, t.band)
SECOND["BondUptrend"] = lambda t, market: rate_below(market, t.window)
SECOND["SeriesChanged"] = lambda t, market: moved(market, t.series, t.by, t.window)


@second("SeriesAbove")
def _above(trigger: Any, market: Market) -> Answer:
    values = series(market, trigger.series)
    return said(values > trigger.level, values)


@second("SeriesBelow")
def _below(trigger: Any, market: Market) -> Answer:
    values = series(market, trigger.series)
    return said(values < trigger.level, values)


# The equity market


def index_above(market: Market, window: int, band: float = 0.0) -> Answer:
    """The benchmark is above its mean times 1 + `band`."""
    level = market.benchmark.to_numpy(dtype=float)
    mean = mean_of_last(level, window)
    return said(level > mean * (1.0 + band), level, mean)


@cache
def breadth(market: Market, share: float = 0.5, window: int = 60) -> Answer:
    """The fraction `share` of sectors with an average is above it."""
    levels = list(sector_levels(market).values())
    means = [mean_of_last(level, window) for level in levels]
    out = []
    for t in range(len(market.sessions)):
        above = [
            level[t] > mean[t]
            for level, mean in zip(levels, means, strict=True)
            if mean[t] == mean[t]
        ]
        out.append(float(sum(above) / len(above) >= share) if above else np.nan)
    return np.array(out)


@cache
def expansion(market: Market, short: int = 20, long: int = 120, ratio: float = 1.1) -> Answer:
    """The recent mean of traded value is at least `ratio` times the usual one."""
    values = sector_values(market, tuple(market.by_sector))
    recent, usual = (mean_of_last(values, w, max(1, w * 9 // 10)) for w in (short, long))
    return said(recent >= ratio * usual, recent, usual)


@cache
def calm(market: Market, window: int = 20, history: int = 250) -> Answer:
    """Volatility is below its own median."""
    level = market.benchmark.to_numpy(dtype=float)
    moves = np.log(level / before(level, 1))
    count = len(moves)
    vol, median = np.full(count, np.nan), np.full(count, np.nan)
    for t in range(window - 1, count):
        vol[t] = np.std(moves[t + 1 - window : t + 1], ddof=1)
    for t in range(history - 1, count):
        median[t] = np.median(vol[t + 1 - history : t + 1])
    return said(vol < median, vol, median)


def confidence(
    market: Market,
    k: int,
    trend_window: int = 120,
    share: float = 0.5,
    breadth_window: int = 60,
    turnover_ratio: float = 1.1,
) -> Answer:
    """At least `k` of the four signs show."""
    signs = [
        index_above(market, trend_window),
        breadth(market, share, breadth_window),
        expansion(market, ratio=turnover_ratio),
        calm(market),
    ]
    return k_of(k, signs)


SECOND["IndexAboveAverage"] = lambda t, market: index_above(market, t.window, t.band)
SECOND["Breadth"] = lambda t, market: breadth(market, t.share, t.window)
SECOND["TurnoverExpansion"] = lambda t, market: expansion(market, t.short, t.long, t.ratio)
SECOND["CalmVolatility"] = lambda t, market: calm(market, t.window, t.history)
SECOND["Confidence"] = lambda t, market: confidence(
    market, t.k, t.trend_window, t.breadth, t.breadth_window, t.turnover_ratio
)
SECOND["TwoBull"] = lambda t, market: both(
    index_above(market, t.window), rate_below(market, t.window)
)


# Groups of sectors


def abnormal_return(
    market: Market, sectors: tuple[str, ...], sigmas: float, window: int, history: int
) -> Answer:
    """The group's excess return is `sigmas` deviations above usual."""
    group, count = of_group(market, sectors), len(market.sessions)
    if not group:
        return np.zeros(count)
    levels = sector_levels(market)
    prices = np.column_stack([levels[sector] for sector in group])
    everything = whole_market(market)
    excess = np.array([_mean_return(prices, t, otherwise=np.nan) for t in range(count)])
    excess -= everything / before(everything, 1) - 1.0
    out = np.full(count, np.nan)
    for t in range(window + history - 1, count):
        recent = excess[t + 1 - window : t + 1]
        usual = excess[t + 1 - window - history : t + 1 - window]
        if not np.isnan(recent).any() and not np.isnan(usual).any():
            beyond = recent.sum() - window * usual.mean()
            out[t] = beyond >= sigmas * np.sqrt(window) * np.std(usual, ddof=1)
    return out


def abnormal_turnover(
    market: Market, sectors: tuple[str, ...], ratio: float, window: int, history: int
) -> Answer:
    """The group trades `ratio` times as much as usual."""
    group, count = of_group(market, sectors), len(market.sessions)
    if not group:
        return np.zeros(count)
    values = sector_values(market, tuple(group))
    recent = mean_of_last(values, window, 1)
    usual = before(mean_of_last(values, history, max(1, history // 2)), window)
    return said(recent >= ratio * usual, recent, usual)


@cache
def abnormal_move(
    market: Market,
    sectors: tuple[str, ...],
    sigmas: float = 2.5,
    ratio: float = 1.5,
    window: int = 3,
    history: int = 120,
) -> Answer:
    """Both at once; unknown while either is."""
    price = abnormal_return(market, sectors, sigmas, window, history)
    trade = abnormal_turnover(market, sectors, ratio, window, history)
    return price * trade


SECOND["AbnormalReturn"] = lambda t, m: abnormal_return(m, t.sectors, t.sigmas, t.window, t.history)
SECOND["AbnormalTurnover"] = lambda t, m: abnormal_turnover(
    m, t.sectors, t.ratio, t.window, t.history
)
SECOND["AbnormalMove"] = lambda t, m: abnormal_move(
    m, t.sectors, t.sigmas, t.turnover, t.window, t.history
)


def strength(market: Market, sectors: tuple[str, ...], window: int) -> np.ndarray:
    """Return 100 times the group's ratio to the market over the ratio's mean."""
    group = list(dict.fromkeys(of_group(market, sectors)))
    levels = sector_levels(market)
    ratio = _together(np.column_stack([levels[sector] for sector in group]))
    ratio = ratio / whole_market(market)
    return 100.0 * ratio / mean_of_last(ratio, window)


def strong(market: Market, sectors: tuple[str, ...], window: int) -> Answer:
    """The group's strength is 100 or more."""
    if not of_group(market, sectors):
        return np.zeros(len(market.sessions))
    values = strength(market, sectors, window)
    return said(values >= 100.0, values)


def strengthening(market: Market, sectors: tuple[str, ...], window: int, sessions: int) -> Answer:
    """The group's strength is at or above what it was."""
    if not of_group(market, sectors):
        return np.zeros(len(market.sessions))
    values = strength(market, sectors, window)
    earlier = before(values, sessions)
    return said(values >= earlier, values, earlier)


def in_quadrant(
    market: Market, sectors: tuple[str, ...], quadrant: str, window: int, sessions: int
) -> Answer:
    """The group is in a quadrant of the rotation map; unknown while either coordinate is."""
    if not of_group(market, sectors):
        return np.zeros(len(market.sessions))
    level = strong(market, sectors, window)
    moving = strengthening(market, sectors, window, sessions)
    if quadrant in ("improving", "lagging"):
        level = inverse(level)
    if quadrant in ("weakening", "lagging"):
        moving = inverse(moving)
    return level * moving


def intense(
    market: Market, least: float, window: int, kinds: tuple[str, ...], weights: tuple[float, ...]
) -> Answer:
    """The register's events of the window weigh `least`; unknown beyond the register's ends."""
    path = Path(backtest.__file__).with_name("market") / "policy_events.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    events: list[tuple[int, float]] = []  # the session that knew it, and its worth
    for row in rows:
        day = pd.Timestamp(row["date"]) + pd.Timedelta(days=int(row["time_known"] != "day"))
        of = [k for k in kinds if f"{row['kind']}.".startswith(f"{k}.")]
        if of and market.sessions[0] <= day <= market.sessions[-1]:
            worth = weights[kinds.index(max(of, key=len))] if weights else 1.0
            at = int((market.sessions < day).sum())
            events.append((at, -worth if row["adverse"] == "yes" else worth))
    out = np.full(len(market.sessions), np.nan)
    for t in range(window - 1, len(out)):
        first, last = (f"{market.sessions[k]:%Y-%m-%d}" for k in (t + 1 - window, t))
        if rows[0]["date"] <= first and last <= rows[-1]["date"]:
            total = sum(worth for at, worth in events if t - window < at <= t)
            out[t] = float(round(total, 9) >= least)
    return out


SECOND["PolicyIntensity"] = lambda t, market: intense(
    market, t.at_least, t.window, t.kinds, t.weights
)
SECOND["RelativeStrength"] = lambda t, market: strong(market, t.sectors, t.window)
SECOND["RelativeMomentum"] = lambda t, m: strengthening(m, t.sectors, t.window, t.change)
SECOND["InQuadrant"] = lambda t, m: in_quadrant(m, t.sectors, t.quadrant, t.window, t.change)


# The calendar


def calendar_half(market: Market, half: int, year: int | None = None) -> Answer:
    """The session lies in that half of the year, of every year or of one."""
    days = market.sessions
    inside = (days.month <= 6) if half == 1 else (days.month > 6)
    return np.asarray(inside & (True if year is None else days.year == year), dtype=float)


SECOND["CalendarHalf"] = lambda t, market: calendar_half(market, t.half, t.year)


@second("DateWindow")
def _dates(trigger: Any, market: Market) -> Answer:
    first, last = pd.Timestamp(trigger.start), pd.Timestamp(trigger.end)
    return np.array([float(first <= day <= last) for day in market.sessions])


# What the user brings


@second("Signal")
def _signal(trigger: Any, market: Market) -> Answer:
    source, days = trigger.source, market.sessions
    if callable(source):
        said_so = pd.DataFrame(source(market), index=days).iloc[:, 0]
        return said_so.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    values = source.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    known = pd.DatetimeIndex(source.index if trigger.known is None else trigger.known)
    out = np.full(len(days), np.nan)
    for t, day in enumerate(days):
        by_then = np.flatnonzero(known <= day)
        if len(by_then):
            out[t] = values[max(by_then, key=lambda i: source.index[i])]
    return out


# The composite


@second("CompositeAbove")
def _composite_above(trigger: Any, market: Market) -> Answer:
    levels = composite(market, trigger.framework).unlinked
    level = levels[trigger.pillar or "all"].to_numpy(dtype=float)
    return said(level > trigger.level, level)


@second("CompositeRising")
def _composite_rising(trigger: Any, market: Market) -> Answer:
    whole = composite(market, trigger.framework)
    level = whole.pillars[trigger.pillar] if trigger.pillar else whole.index
    gain = change(level.to_numpy(dtype=float), trigger.window)
    return said(gain >= trigger.by, gain)


def in_force(states: dict[str, Answer], sessions: int) -> dict[str, Answer]:
    """Return for each state whether it was the last to stand `sessions` sessions in a row."""
    standing = {name: confirmed(state, sessions) for name, state in states.items()}
    current: str | None = None
    out: dict[str, list[float]] = {name: [] for name in states}
    for t in range(len(next(iter(states.values())))):
        for name, state in standing.items():
            if state[t] == 1.0:
                current = name
        for name in states:
            out[name].append(float(name == current))
    return {name: np.array(values) for name, values in out.items()}


# Valuations and crowding


def past_share(values: np.ndarray, sessions: int) -> np.ndarray:
    """Return the share of the last `sessions` known values that are no higher than the last."""
    out = np.full(len(values), np.nan)
    for t, now in enumerate(values):
        last = values[max(0, t + 1 - sessions) : t + 1]
        known = last[~np.isnan(last)]
        missing = sessions - len(known)
        if not np.isnan(now) and len(known) and missing <= sessions // 2:
            out[t] = np.mean(known <= now)
    return out


def in_sessions(market: Market, years: float) -> int:
    """Return years as sessions."""
    return max(1, round(years * market.universe.sessions_per_year))


def earning(market: Market, names: tuple[str, ...], measure: str) -> np.ndarray:
    """Return the mean over sectors of the mean of 1/valuation; of the benchmark by its own."""
    columns = []
    for name in sorted(set(names)):
        if name == market.universe.benchmark:
            columns.append(1.0 / series(market, f"{measure}:{name}"))
        if name not in market.by_sector:
            continue
        prices = market.close[list(market.by_sector[name])].to_numpy(dtype=float)
        ratio = series(market, f"{measure}:{name}")
        columns.append(np.where((~np.isnan(prices)).any(axis=1), 1.0 / ratio, np.nan))
    table = np.array(columns)
    some = (~np.isnan(table)).any(axis=0)
    return np.array([np.nanmean(c) if s else np.nan for c, s in zip(table.T, some, strict=True)])


def dear(market: Market, names: tuple[str, ...], measure: str) -> np.ndarray:
    """Return what is the higher the dearer a basket is."""
    if measure != "price":
        return -earning(market, names, measure)
    group = of_group(market, tuple(sorted(set(names))))
    if not group:
        return np.full(len(market.sessions), np.nan)
    return _together(np.column_stack([sector_levels(market)[name] for name in group]))


@cache
def valued(market: Market, names: tuple[str, ...], years: float, measure: str) -> np.ndarray:
    """Return the percentile of a basket's valuation."""
    return past_share(dear(market, names, measure), in_sessions(market, years))


@second("ValuationPercentile")
def _valuation_percentile(t: Any, market: Market) -> Answer:
    found = valued(market, t.basket, t.years, t.measure)
    return said(found <= t.below, found)


@second("ValuationGap")
def _valuation_gap(t: Any, market: Market) -> Answer:
    ours, theirs = -dear(market, t.a, t.measure), -dear(market, t.b, t.measure)
    if t.measure == "price":
        ours, theirs = -1.0 / ours, -1.0 / theirs
    ratio = np.where(theirs > 0, ours / theirs, np.nan)
    found = past_share(-ratio, in_sessions(market, t.years))
    return said(found <= t.below, found)


def lowest(market: Market, t: Any) -> Answer:
    """The percentile is no higher than any of the others'."""
    mine = valued(market, t.basket, t.years, t.measure)
    others = [valued(market, one, t.years, t.measure) for one in t.others]
    return said(np.all([mine <= one for one in others], axis=0), mine, *others)


SECOND["LowestValuation"] = lambda t, market: lowest(market, t)


@second("EquityRiskPremium")
def _premium(t: Any, market: Market) -> Answer:
    names = t.basket or (market.universe.benchmark,)
    premium = np.round(100.0 * earning(market, names, "pe") - series(market, t.series), 8)
    return said(premium >= t.above, premium)


@second("OrElse")
def _or_else(t: Any, market: Market) -> Answer:
    try:
        first = answer(t.first, market)
    except KeyError:
        return answer(t.otherwise, market)
    other, begun, out = answer(t.otherwise, market), False, []
    for mine, instead in zip(first, other, strict=True):
        begun = begun or not np.isnan(mine)
        out.append(mine if begun else instead)
    return np.array(out)


def last_of(values: np.ndarray, window: int) -> np.ndarray:
    """Return the last `window` values of every session; NaN before the first."""
    return sliding_window_view(np.concatenate([np.full(window - 1, np.nan), values]), window)


@cache
def crowded(market: Market, names: tuple[str, ...], years: float, window: int) -> np.ndarray:
    """Return the mean percentile of the share of turnover, volatility and correlation."""
    group, count = sorted(set(of_group(market, names))), len(market.sessions)
    prices = np.column_stack([sector_levels(market)[name] for name in group])
    moves = np.vstack([np.full((1, len(group)), np.nan), prices[1:] / prices[:-1] - 1.0])
    means = np.array([np.mean(r[~np.isnan(r)]) if (~np.isnan(r)).any() else np.nan for r in moves])
    ours = sector_values(market, tuple(group))
    whole = sector_values(market, tuple(market.by_sector))
    mine, theirs, moved = (last_of(values, window) for values in (ours, whole, means))
    share = np.where(np.isnan(mine).all(axis=1), np.nan, np.nansum(mine, axis=1))
    share = share / np.nansum(theirs, axis=1)
    spread, together = np.std(moved, axis=1, ddof=1), np.full(count, np.nan)
    for t in range(window, count if len(group) > 1 else 0):
        last = slice(t + 1 - window, t + 1)
        known = [k for k in range(len(group)) if not np.isnan(moves[last, k]).any()]
        known = [k for k in known if np.ptp(moves[last, k]) > 0]
        pairs = [(i, j) for i in known for j in known if i < j]
        each = [np.corrcoef(moves[last, i], moves[last, j])[0, 1] for i, j in pairs]
        together[t] = np.mean(each) if each else np.nan
    parts = [share, spread, *([together] if len(group) > 1 else [])]
    return np.mean([past_share(part, in_sessions(market, years)) for part in parts], axis=0)


@second("Crowding")
def _crowding(t: Any, market: Market) -> Answer:
    if not of_group(market, t.basket):
        return np.zeros(len(market.sessions))
    score = crowded(market, t.basket, t.years, t.window)
    return said(score >= t.above, score)
