"""A second implementation of every strategy, from the docstrings alone: slow and literal.

Each returns the regime of every session and the rows of targets, NaN where nothing is ordered.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import lsq_linear

from backtest.composite import composite, load_framework
from backtest.market import Market
from backtest.triggers import LowestValuation, OrElse
from tests.spec import triggers as say

Rows = np.ndarray
Held = tuple[list[str], Rows]
SECOND: dict[str, Callable[[Any, Market], Held]] = {}

TRACKS = {
    "technology": ("computer", "electronics", "telecom"),
    "manufacturing": ("power_equipment", "machinery", "defense", "auto"),
    "medicine": ("pharma_biotech",),
}
NQP = tuple(sector for sectors in TRACKS.values() for sector in sectors)
TRADITIONAL = (
    "real_estate",
    "construction",
    "building_materials",
    "steel",
    "electronics",
    "auto",
    "home_appliances",
    "machinery",
    "light_manufacturing",
    "textile_apparel",
    "basic_chemicals",
)
SHARES = {
    **{name: dict.fromkeys(sectors, 1.0) for name, sectors in TRACKS.items()},
    "nqp": dict.fromkeys(NQP, 1.0),
    "traditional": dict.fromkeys(TRADITIONAL, 1.0),
    "new_energy": {"power_equipment": 1.0, "utilities": 1.0},
    "export_electromechanical": dict.fromkeys(
        ("electronics", "auto", "home_appliances", "machinery"), 1.0
    ),
    "export_housing": {"light_manufacturing": 2.0, "home_appliances": 1.0, "textile_apparel": 1.0},
    "export_capex": {"machinery": 1.0, "basic_chemicals": 1.0},
}
MILESTONES = (("2023-08-22", "nqp"), ("2023-09-11", "nqp"), ("2023-12-18", "nqp"))


def second(name: str) -> Callable[[Any], Any]:
    """Register the second implementation of the strategy of this name."""

    def register(function: Any) -> Any:
        SECOND[name] = function
        return function

    return register


def held(strategy: Any, market: Market) -> Held:
    """Return a strategy's regime and rows of targets, computed again."""
    name = type(strategy).__name__
    assert name in SECOND, f"add a second implementation of {name} to tests/spec/strategies.py"
    return SECOND[name](strategy, market)


# Weights


def nothing(market: Market) -> Rows:
    """Return weights of 0."""
    return np.zeros(market.close.shape)


def by_sectors(market: Market, t: int, weights: dict[str, float]) -> np.ndarray:
    """Share each sector's weight equally among its listed instruments; else it is cash."""
    row = np.zeros(len(market.close.columns))
    prices = market.close.to_numpy()[t]
    for sector, weight in weights.items():
        columns = [market.close.columns.get_loc(i) for i in market.by_sector[sector]]
        listed = [column for column in columns if not np.isnan(prices[column])]
        for column in listed:
            row[column] = weight / len(listed)
    return row


def spread(market: Market, shares: dict[str, float]) -> Rows:
    """Return a basket's weights: among its sectors that are listed, 0 while none is."""
    levels = say.sector_levels(market)
    out = nothing(market)
    for t in range(len(out)):
        listed = {s: w for s, w in shares.items() if s in levels and not np.isnan(levels[s][t])}
        total = sum(listed.values())
        out[t] = by_sectors(market, t, {s: w / total for s, w in listed.items()})
    return out


@cache
def basket(market: Market, name: str) -> Rows:
    """Return the weights of a basket of the taxonomy; "market" is the equal-weight market."""
    return spread(market, SHARES.get(name) or dict.fromkeys(market.by_sector, 1.0))


def there(market: Market, names: Sequence[str]) -> dict[str, Rows]:
    """Return the weights of those baskets that the market has something of."""
    return {
        name: basket(market, name)
        for name in names
        if any(sector in market.by_sector for sector in SHARES[name])
    }


@cache
def bonds(market: Market) -> Rows:
    """Put everything on the first bond instrument that has a price."""
    out = nothing(market)
    for t, row in enumerate(out):
        for instrument in market.bonds:
            if market.close[instrument].notna().iloc[t]:
                row[market.close.columns.get_loc(instrument)] = 1.0
                break
    return out


def due(market: Market, schedule: str) -> list[bool]:
    """Say which sessions are the first of their period; the first session always is."""
    period: dict[str, Callable[[pd.Timestamp], Any]] = {
        "monthly": lambda day: (day.year, day.month),
        "quarterly": lambda day: (day.year, (day.month - 1) // 3),
        "yearly": lambda day: day.year,
        "never": lambda day: 0,
    }
    periods = [period[schedule](day) for day in market.sessions]
    return [t == 0 or periods[t] != periods[t - 1] for t in range(len(periods))]


def rebalanced(market: Market, weights: Rows, schedule: str) -> Rows:
    """Keep the rows that are due, or where the set of instruments held is another."""
    out = np.full(weights.shape, np.nan)
    before = np.zeros(weights.shape[1], dtype=bool)
    for t, on in enumerate(due(market, schedule)):
        now = weights[t] > 0
        if on or (now != before).any():
            out[t] = weights[t]
        before = now
    return out


def rotated(market: Market, regime: list[str], baskets: dict[str, Rows], schedule: str) -> Held:
    """Order where the regime changes, on the schedule, or where the basket's set changes.

    A name that is no basket is cash, and orders nothing before the first basket.
    """
    out = np.full(market.close.shape, np.nan)
    cash, begun = nothing(market), False
    for t, on in enumerate(due(market, schedule)):
        begun = begun or regime[t] in baskets
        if not begun:
            continue
        rows = baskets.get(regime[t], cash)
        if on or regime[t] != regime[t - 1] or ((rows[t] > 0) != (rows[t - 1] > 0)).any():
            out[t] = rows[t]
    return regime, out


def by_rules(
    rules: dict[str, say.Answer], overlays: dict[str, say.Answer] | None = None
) -> list[str]:
    """Return the first rule that fires and the overlays that do, else "cash"."""
    regime = []
    for t in range(len(next(iter(rules.values())))):
        first = next((name for name, fires in rules.items() if fires[t] == 1.0), None)
        added = [name for name, fires in (overlays or {}).items() if fires[t] == 1.0]
        regime.append("cash" if first is None else "+".join([first, *added]))
    return regime


def always(market: Market) -> say.Answer:
    """Yes, after every session."""
    return np.ones(len(market.sessions))


def two_sides(market: Market, on: say.Answer, schedule: str) -> Held:
    """Hold NQP while the trigger is on, else traditional chains."""
    regime = by_rules({"nqp": on, "traditional": always(market)})
    return rotated(market, regime, there(market, ("nqp", "traditional")), schedule)


# Strategies without a claim


def own_name(strategy: Any, market: Market) -> list[str]:
    """Return the strategy's name for every session."""
    return [strategy.name] * len(market.sessions)


@second("EqualWeight")
def _equal_weight(s: Any, market: Market) -> Held:
    return own_name(s, market), rebalanced(market, basket(market, "market"), s.rebalance)


@second("BuyAndHold")
def _buy_and_hold(s: Any, market: Market) -> Held:
    weights = basket(market, "market" if s.basket == "all" else s.basket)
    out = np.full(weights.shape, np.nan)
    listed = np.flatnonzero((weights > 0).any(axis=1))
    if len(listed):
        out[listed[0]] = weights[listed[0]]
    return own_name(s, market), out


@second("StaticBlend")
def _static_blend(s: Any, market: Market) -> Held:
    blend = s.nqp * basket(market, "nqp") + (1.0 - s.nqp) * basket(market, "traditional")
    return own_name(s, market), rebalanced(market, blend, s.rebalance)


def measured(market: Market, t: int, window: int) -> dict[str, np.ndarray]:
    """Return the last `window` returns of the sectors that have them all and moved."""
    out = {}
    for sector, level in say.sector_levels(market).items():
        if t >= window:
            prices = level[t - window : t + 1]
            moves = prices[1:] / prices[:-1] - 1.0
            if not np.isnan(moves).any() and np.ptp(prices) > 0:
                out[sector] = moves
    return out


@second("InverseVolatility")
def _inverse_volatility(s: Any, market: Market) -> Held:
    weights = np.full(market.close.shape, np.nan)
    for t in range(len(weights)):
        inverse = {k: 1.0 / np.std(v, ddof=1) for k, v in measured(market, t, s.window).items()}
        if inverse:
            total = sum(inverse.values())
            weights[t] = by_sectors(market, t, {k: v / total for k, v in inverse.items()})
    return own_name(s, market), rebalanced(market, weights, s.rebalance)


def equal_risk(covariance: np.ndarray) -> np.ndarray:
    """Minimise ½x'Cx − Σ ln x by damped Newton steps; at its minimum x·Cx is 1 for all."""
    x = 1.0 / np.sqrt(np.diag(covariance) * len(covariance))

    def value(y: np.ndarray) -> float:
        return float(y @ covariance @ y / 2.0 - np.log(y).sum()) if (y > 0).all() else np.inf

    for _ in range(200):
        gradient = covariance @ x - 1.0 / x
        step = np.linalg.solve(covariance + np.diag(x**-2.0), gradient)
        if np.abs(step / x).max() < 1e-14:
            break
        size = 1.0
        while size > 1e-6 and value(x - size * step) > value(x):
            size /= 2.0
        x = x - size * step
    return x / x.sum()


@second("RiskParity")
def _risk_parity(s: Any, market: Market) -> Held:
    out, bought = np.full(market.close.shape, np.nan), False
    for t, on in enumerate(due(market, s.rebalance)):
        moves = measured(market, t, s.window) if on or not bought else {}
        if moves:
            shares = equal_risk(np.atleast_2d(np.cov(list(moves.values()), ddof=1)))
            out[t] = by_sectors(market, t, dict(zip(moves, shares, strict=True)))
            bought = True
    return own_name(s, market), out


def least_variance(covariance: np.ndarray) -> np.ndarray:
    """Minimise x'Cx + (Σx − 1)² over x ≥ 0: the direction is that of least variance."""
    root = np.linalg.cholesky(covariance / np.diag(covariance).mean()).T
    rows = np.vstack([root, np.ones(len(root))])
    goal = np.r_[np.zeros(len(root)), 1.0]
    x = lsq_linear(rows, goal, bounds=(0.0, np.inf), method="bvls", tol=1e-15).x
    return x / x.sum()


@second("MinimumVariance")
def _minimum_variance(s: Any, market: Market) -> Held:
    out, bought = np.full(market.close.shape, np.nan), False
    for t, on in enumerate(due(market, s.rebalance)):
        moves = measured(market, t, s.window) if on or not bought else {}
        if moves:
            shares = least_variance(np.atleast_2d(np.cov(list(moves.values()), ddof=1)))
            out[t] = by_sectors(market, t, dict(zip(moves, shares, strict=True)))
            bought = True
    return own_name(s, market), out


def places(s: Any, market: Market, t: int) -> list[str]:
    """Return the sectors that have a place, the best first."""
    levels, end = say.sector_levels(market), t - s.skip
    longest = max(s.windows)
    if end < longest:
        return []
    returns = {
        sector: [level[end] / level[end - window] - 1.0 for window in s.windows]
        for sector, level in levels.items()
    }

    def key(sector: str) -> tuple[float, float, float, str]:
        ranks = 0.0
        for i, mine in enumerate(returns[sector]):
            others = [r[i] for r in returns.values()]
            ranks += sum(o > mine for o in others) + (sum(o == mine for o in others) + 1) / 2.0
        traded = say.sector_values(market, (sector,))[end + 1 - longest : end + 1]
        traded = traded[~np.isnan(traded)]
        far = returns[sector][s.windows.index(longest)]
        return ranks, -far, -(traded.mean() if len(traded) else 0.0), sector

    return sorted((k for k, r in returns.items() if not np.isnan(r).any()), key=key)


@second("SectorMomentum")
def _sector_momentum(s: Any, market: Market) -> Held:
    out = np.full(market.close.shape, np.nan)
    kept: list[str] | None = None
    for t, on in enumerate(due(market, s.rebalance)):
        order = places(s, market, t) if on or kept is None else []
        if order:
            stay = [sector for sector in order[: s.top + s.band] if sector in (kept or [])]
            new = [sector for sector in order if sector not in stay]
            kept = stay + new[: max(0, s.top - len(stay))]
            out[t] = by_sectors(market, t, dict.fromkeys(kept, 1.0 / len(kept)))
    return own_name(s, market), out


# Rotations


@second("CalendarRotation")
def _calendar(s: Any, market: Market) -> Held:
    rules = {
        "nqp": say.calendar_half(market, 2, s.year),
        "traditional": say.calendar_half(market, 1, s.year),
        "market": always(market),
    }
    baskets = {**there(market, ("nqp", "traditional")), "market": basket(market, "market")}
    return rotated(market, by_rules(rules), baskets, s.rebalance)


@second("ConfidenceRotation")
def _confidence(s: Any, market: Market) -> Held:
    enter = say.confidence(market, s.confidence, s.trend_window, s.breadth)
    fewer = say.confidence(market, max(1, s.confidence - 1), s.trend_window, s.breadth)
    leave = say.confirmed(say.inverse(fewer), s.leave_after)
    on = say.min_hold(say.latch(enter, leave), s.min_hold)
    return two_sides(market, on, s.rebalance)


@second("RateRotation")
def _rate(s: Any, market: Market) -> Held:
    below = say.rate_below(market, s.rate_window, s.series)
    enter = say.both(say.rate_fall(market, s.fall_bp, s.fall_window, s.series), below)
    on = say.min_hold(say.latch(enter, say.inverse(below)), s.min_hold)
    return two_sides(market, on, s.rebalance)


@second("QuadrantRotation")
def _quadrant(s: Any, market: Market) -> Held:
    leading, lagging = (
        say.in_quadrant(market, NQP, name, s.window, s.change) for name in ("leading", "lagging")
    )
    on = say.min_hold(say.latch(leading, lagging), s.min_hold)
    return two_sides(market, on, s.rebalance)


@second("TwoBullRotation")
def _two_bull(s: Any, market: Market) -> Held:
    stocks, bond = say.index_above(market, s.window), say.rate_below(market, s.window)
    no_stocks, no_bond = say.inverse(stocks), say.inverse(bond)
    states = {
        "two_bulls": say.both(stocks, bond),
        "stock_bull": say.both(stocks, no_bond),
        "bond_bull": say.both(no_stocks, bond),
        "neither": say.both(no_stocks, no_bond),
    }
    traditional, safe = basket(market, "traditional"), bonds(market)
    baskets = {
        "two_bulls": basket(market, "nqp"),
        "stock_bull": traditional,
        "bond_bull": (1.0 - s.sleeve) * traditional + s.sleeve * safe,
        "neither": safe,
    }
    return rotated(market, by_rules(say.in_force(states, s.confirm)), baskets, s.rebalance)


@second("ExportChainRotation")
def _export(s: Any, market: Market) -> Held:
    def changed(name: str, by: float, otherwise: say.Answer) -> say.Answer:
        if name not in market.series:
            return otherwise
        first = say.moved(market, name, by, s.window)
        known = np.logical_or.accumulate(~np.isnan(first))
        return np.where(known, first, otherwise)

    fewer = changed(s.inventories, -1e-9, np.zeros(len(market.sessions)))
    restock = say.confirmed(fewer, s.confirm)
    below = changed(s.housing, 1e-9, say.rate_below(market, s.window, s.rates))
    by_yield = say.moved(market, s.rates, s.rise_bp / 100.0, s.window)
    rising = changed(s.orders, 1e-9, by_yield)
    no = say.inverse
    signs = {
        "export_housing": say.both(no(restock), below),
        "export_capex": say.both(no(restock), no(below), rising),
        "export_electromechanical": say.either(restock, say.both(no(below), no(rising))),
    }
    rules = {**say.in_force(signs, s.confirm), "export_electromechanical": always(market)}
    return rotated(market, by_rules(rules), there(market, tuple(signs)), s.rebalance)


def breakthroughs(market: Market, sigmas: float, sessions: int) -> dict[str, say.Answer]:
    """Return for each track the market has something of whether it broke out lately."""
    return {
        name: say.recently(say.abnormal_move(market, TRACKS[name], sigmas), sessions)
        for name in there(market, tuple(TRACKS))
    }


@second("ThesisRotation")
def _thesis(s: Any, market: Market) -> Held:
    below = say.rate_below(market, s.rate_window, s.series)
    fall = say.rate_fall(market, s.fall_bp, s.fall_window, s.series)

    def signs(k: int) -> say.Answer:
        return say.confidence(market, k, s.trend_window, s.breadth)

    absent = say.either(say.inverse(below), say.inverse(signs(max(1, s.confidence - 1))))
    turned = say.latch(
        say.both(fall, below, signs(s.confidence)), say.confirmed(absent, s.leave_after)
    )
    rules = {
        "nqp": say.min_hold(turned, s.min_hold),
        "defensive": say.confirmed(say.inverse(signs(2)), s.leave_after),
        "traditional": always(market),
    }
    broke = breakthroughs(market, s.breakthrough_sigmas, s.breakthrough_hold)
    regime = by_rules(rules, broke if s.overlay > 0 else {})

    tracks, safe = there(market, tuple(broke)), bonds(market)
    sides = there(market, ("nqp", "traditional"))
    baskets = {}
    for name in set(regime):
        first, *added = name.split("+")
        rows = sides["nqp" if first == "nqp" else "traditional"]
        if added:
            toward = np.mean([tracks[track] for track in added], axis=0)
            rows = (1.0 - s.overlay) * rows + s.overlay * toward
        if first == "defensive":
            rows = (1.0 - s.sleeve) * rows + s.sleeve * safe
        baskets[name] = rows
    return rotated(market, regime, baskets, s.rebalance)


@second("RuleRotation")
def _rules(s: Any, market: Market) -> Held:
    assert [name for name, _ in s.when] == ["nqp", "traditional"], "the built-in thesis alone"
    below, signs = say.rate_below(market, 120), [say.confidence(market, k) for k in (2, 3)]
    easing = say.both(say.rate_fall(market, 10.0, 60), below, signs[1])
    absent = say.either(say.inverse(below), say.inverse(signs[0]))
    turned = say.min_hold(say.latch(easing, say.confirmed(absent, 10)), 20)
    regime = by_rules({"nqp": turned, "traditional": always(market)})
    return rotated(market, regime, there(market, ("nqp", "traditional")), s.rebalance)


@second("BreakthroughOverlay")
def _overlay(s: Any, market: Market) -> Held:
    inner, ordered = held(s.inner, market)
    broke = breakthroughs(market, s.sigmas, s.hold)
    tracks = there(market, tuple(broke))
    in_sector = [i not in market.bonds for i in market.close.columns]
    regime, out = [], np.full(market.close.shape, np.nan)
    last: np.ndarray | None = None
    before: list[str] = []
    for t, base in enumerate(inner):
        added = [name for name, fires in broke.items() if fires[t] == 1.0]
        regime.append("+".join([base, *added]))
        orders = not np.isnan(ordered[t]).all()
        if orders:
            last = np.nan_to_num(ordered[t])
        if last is not None and (orders or added != before):
            row = last.copy()
            if added:
                toward = np.mean([tracks[name][t] for name in added], axis=0)
                sectors = np.where(in_sector, last, 0.0)
                row += s.strength * (sectors.sum() * toward - sectors)
            out[t] = row
        before = added
    return regime, out


@second("PolicyCatalyst")
def _policy(s: Any, market: Market) -> Held:
    events = [(date, "day", name) for date, name in MILESTONES]
    if s.events is not None:
        with open(s.events, encoding="utf-8", newline="") as file:
            events = [
                (r["date"], r.get("time_known") or "day", r.get("basket") or "nqp")
                for r in csv.DictReader(file)
                if r.get("adverse") != "yes" and f"{r.get('kind')}.".startswith(s.kind)
            ]
    called: list[tuple[int, pd.Timestamp, pd.Timestamp, int, str]] = []
    for line, (date, known_at, name) in enumerate(events):
        date = pd.Timestamp(date)
        day = date if known_at == "day" else date + pd.Timedelta(days=1)
        if market.sessions[0] <= day <= market.sessions[-1]:
            called.append((int((market.sessions < day).sum()), day, date, line, name))
    regime = []
    for t in range(len(market.sessions)):
        known = [event for event in called if event[0] <= t]
        latest = max(known, default=None)
        regime.append(latest[4] if latest and t < latest[0] + s.hold else "market")
    names = tuple({name for _, _, name in events})
    baskets = {**there(market, names), "market": basket(market, "market")}
    return rotated(market, regime, baskets, s.rebalance)


@second("IndicatorTilt")
def _tilt(s: Any, market: Market) -> Held:
    framework = load_framework(s.framework) if isinstance(s.framework, str) else s.framework
    weight = {name: getattr(s, name) for name in ("potential", "supply", "demand", "distribution")}

    def score(of: Any, about: str) -> np.ndarray:
        alone = of.about(about)
        if alone is None:
            return np.zeros(len(market.sessions))
        levels = composite(market, alone).unlinked.drop(columns="all")
        out = np.zeros(len(levels))
        for t, row in enumerate(levels.to_dict("records")):
            known = {str(k): v for k, v in row.items() if v == v}
            total = sum(weight[k] for k in known)
            if total > 0:
                points = sum(weight[k] * v for k, v in known.items()) / total
                out[t] = np.clip((points - 50.0) / 10.0, -3.0, 3.0)
        return out

    any_track = tuple(i for i in framework.indicators if i.by_track)
    by_track = replace(framework, tracks=tuple(TRACKS.items()))
    alone = replace(
        framework, indicators=any_track, tracks=tuple((sector, (sector,)) for sector in NQP)
    )
    base = basket(market, "nqp")
    tilted = base.copy()
    for track, sectors in TRACKS.items():
        of_track = score(by_track, track)
        for sector in sectors:
            if sector in market.by_sector:
                of_sector = score(alone, sector) if any_track else np.zeros(len(base))
                factor = np.exp(s.between * of_track + s.within * of_sector)
                for instrument in market.by_sector[sector]:
                    tilted[:, market.close.columns.get_loc(instrument)] *= factor
    sums = tilted.sum(axis=1)
    scale = np.divide(base.sum(axis=1), sums, out=np.zeros(len(sums)), where=sums > 0)
    return own_name(s, market), rebalanced(market, tilted * scale[:, None], s.rebalance)


@second("ValuationElasticity")
def _valuation_elasticity(s: Any, market: Market) -> Held:
    below = say.rate_below(market, s.rate_window)
    fall = say.rate_fall(market, s.fall_bp, s.fall_window)
    easing = say.latch(say.both(fall, below), say.inverse(below))
    signs = {}
    for name, sectors in TRACKS.items():
        others = tuple(other for key, other in TRACKS.items() if key != name)
        by_pe, by_price = (
            LowestValuation(sectors, others, s.years, measure) for measure in ("pe", "price")
        )
        signs[name] = say.answer(OrElse(by_pe, by_price), market)
    held = say.in_force(signs, s.confirm)
    rules = {name: say.both(easing, sign) for name, sign in held.items()}
    rules |= {"nqp": easing, "traditional": always(market)}
    return rotated(market, by_rules(rules), there(market, tuple(rules)), s.rebalance)


@second("ProsperityTrendCrowding")
def _prosperity_trend_crowding(s: Any, market: Market) -> Held:
    out, begun = np.full(market.close.shape, np.nan), False
    levels, year = say.sector_levels(market), market.universe.sessions_per_year
    for t, on in enumerate(due(market, s.rebalance)):
        if t < s.trend or not (on or not begun):
            continue
        rise = {k: v[t] / v[t - s.trend] for k, v in levels.items()}
        rise = {k: v for k, v in rise.items() if not np.isnan(v)}
        if not rise:
            continue
        begun, grown = True, {}
        for sector, members in market.by_sector.items():
            ratio = say.series(market, f"pe:{sector}")
            prices = market.close[list(members)].to_numpy(dtype=float)
            if t >= year and ratio[t] > 0 and ratio[t - year] > 0:
                growth = prices[t] / ratio[t] / (prices[t - year] / ratio[t - year]) - 1.0
                if not np.isnan(growth).all():
                    grown[sector] = float(np.nanmean(growth))

        def place(sector: str, parts: tuple[dict[str, float], ...] = (rise, grown)) -> float:
            ranks = [
                sum(v > part[sector] for v in part.values())
                + (sum(v == part[sector] for v in part.values()) + 1) / 2.0
                for part in parts
                if sector in part
            ]
            return float(np.mean(ranks))

        free = [k for k in rise if not say.crowded(market, (k,), s.years, s.window)[t] >= s.crowded]
        chosen = sorted(free, key=lambda k: (place(k), k))[: s.top]
        out[t] = by_sectors(market, t, dict.fromkeys(chosen, 1.0 / max(1, len(chosen))))
    return own_name(s, market), out
