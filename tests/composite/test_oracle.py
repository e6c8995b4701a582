"""The composite against an oracle that looks at one session at a time, at what was known by then.

Written from the documented rules in plain loops; nothing of `backtest.composite` computes in it.
"""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from backtest.composite import composite, published
from backtest.data.vintages import latest_known
from tests.composite.made import framework, indicator
from tests.markets import make_market

HISTORY = {"daily": 120, "weekly": 26, "monthly": 12, "quarterly": 6, "yearly": 3}
STANDS = {"daily": 15, "weekly": 30, "monthly": 75, "quarterly": 150, "yearly": 430}  # days
PERIOD = {"monthly": "M", "quarterly": "Q", "yearly": "Y"}
DAYS = pd.bdate_range("2020-01-01", periods=340)
INDICATORS = (
    indicator("a", "potential", frequency="monthly", delay_days=18, weight=2.0),
    indicator("b", "potential", delay_days=60, leaves=DAYS[240].date()),
    indicator("strength", "potential", series="market.strength_60", frequency="daily", track="t"),
    indicator("c", "supply", frequency="weekly", delay_days=3, weight=3.0),
    indicator("d", "supply", delay_days=20, direction="down"),
    indicator("e", "supply", frequency="quarterly", delay_days=35, leaves=DAYS[300].date()),
    indicator("f", "demand", enters=DAYS[210].date(), delay_days=10),
    indicator("still", "demand"),
    indicator("g", "demand", frequency="monthly", delay_days=1, direction="down", weight=0.5),
    indicator("easing", "distribution", series="market.rate_change_60", frequency="daily"),
)
PILLARS = (("potential", 1.0), ("supply", 2.0), ("demand", 0.5), ("distribution", 1.0))


def placed(one, ends, day):
    """Return the value by period that was known after a session, NaN where none or too old."""
    known = [(end + timedelta(one.delay_days), value) for end, value in ends]
    known = [(out, value) for out, value in known if out <= day]
    late = not known or (day - known[-1][0]).days > STANDS[one.frequency]
    return math.nan if late else known[-1][1]


def seen(one, row, market):
    """Return what was known of an indicator after a session, NaN where nothing."""
    if one.series == "market.rate_change_60":
        rate = market.series["cn10y"].iloc[: row + 1]
        return rate.iloc[-1] - rate.iloc[-61] if row >= 60 else math.nan
    if one.series == "market.strength_60":
        close = market.close.iloc[max(0, row - 60) : row + 1]
        moved = (close / close.shift(1)).iloc[1:]
        lead = moved["MACHINERY"].prod() / moved.mean(axis=1).prod()
        return lead - 1.0 if row >= 60 else math.nan
    return market.series[one.series].iloc[row]


def score(method, past):
    """Score the last of some values, all turned so that more is better."""
    now, count = past[-1], len(past)
    if max(past) == min(past):
        return 0.0 if method == "z" else 0.5
    if method == "rank":
        ties = sum(value == now for value in past)
        return (sum(value < now for value in past) + (ties + 1) / 2 - 0.5) / count
    if method == "min-max":
        return (now - min(past)) / (max(past) - min(past))
    mean = math.fsum(past) / count
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in past) / (count - 1))
    if method == "z":
        return (now - mean) / deviation
    return 1.0 / (1.0 + (max(past) - now) / deviation)


def varimax(loadings):
    """Rotate by Kaiser's (1958) pairwise rotations, to the end."""
    turned = loadings.copy()
    for _ in range(500):
        for j in range(turned.shape[1]):
            for k in range(j):
                u, v = turned[:, k] ** 2 - turned[:, j] ** 2, 2 * turned[:, k] * turned[:, j]
                top = 2 * (len(u) * (u @ v) - u.sum() * v.sum())
                angle = math.atan2(top, len(u) * (u @ u - v @ v) - u.sum() ** 2 + v.sum() ** 2) / 4
                cos, sin = math.cos(angle), math.sin(angle)
                turned[:, [k, j]] = turned[:, [k, j]] @ np.array([[cos, -sin], [sin, cos]])
    return turned


def informed(method, table):
    """Weigh the columns of a table of scores, every row complete and every column moving."""
    count, width = table.shape
    if method == "std":
        return table.std(axis=0)
    if method == "entropy":
        low, high = table.min(axis=0), table.max(axis=0)
        positive = table if (table > 0).all() else (table - low) / (high - low) + 1e-6
        shares = positive / positive.sum(axis=0)
        return 1.0 + (shares * np.log(shares)).sum(axis=0) / math.log(count)
    together = np.corrcoef(table, rowvar=False)
    if method == "critic":
        unit = (table - table.min(axis=0)) / (table.max(axis=0) - table.min(axis=0))
        return unit.std(axis=0) * (1.0 - together).sum(axis=0)
    values, vectors = np.linalg.eigh(together)
    values, vectors = values[::-1], vectors[:, ::-1]
    share = values / width
    enough = next(n for n in range(1, width + 1) if share[:n].sum() >= 0.6)
    kept = max(enough, sum(share > 0.1))
    loadings = vectors[:, :kept] * np.sqrt(values[:kept])
    return (varimax(loadings) ** 2).max(axis=1)


def weights_in(method, table, experts):
    """Weigh one pillar's members; `table` has a row of scores, or NaN, per month so far."""
    width = len(experts)
    equal = np.full(width, 1.0 / width)
    if method in ("equal", "expert"):
        return np.array(experts) / sum(experts) if method == "expert" else equal
    had = ~np.isnan(table).all(axis=0)
    rows = table[~np.isnan(table[:, had]).any(axis=1)]
    if len(rows) < 3:
        return equal
    moved = had & (np.ptp(np.where(had, rows, 0.0), axis=0) > 0.0)
    if moved.sum() < 2:
        return equal
    weights = np.zeros(width)
    weights[moved] = informed(method, rows[:, moved])
    return weights / weights.sum()


def shared(within, pillars, members):
    """Weigh the members in the whole: a pillar with none gives its weight to the others."""
    sums = {p: sum(within[n] for n in names if n in members) for p, (names, _) in pillars.items()}
    total = sum(weight for p, (_, weight) in pillars.items() if sums[p] > 0)
    return {
        n: within[n] / sums[p] * weight / total
        for p, (names, weight) in pillars.items()
        if sums[p] > 0
        for n in names
        if n in members and within[n] > 0
    }


def mean(method, points, weights):
    if method == "arithmetic":
        return sum(weight * points[n] for n, weight in weights.items())
    return math.exp(sum(w * math.log(points[n] + 0.1) for n, w in weights.items())) - 0.1


class Chain:
    """A chain-linked level, told one session after another what is there."""

    def __init__(self, method, pillars, least):
        self.method, self.pillars, self.least = method, pillars, least
        self.level, self.points, self.within = None, {}, {}

    def step(self, points, within, covered):
        """Return the level, the unlinked level, contributions, and the jump linked out."""
        own = {n for names, _ in self.pillars.values() for n in names}
        points = {n: value for n, value in points.items() if n in own}
        full, moved, jump = shared(within, self.pillars, points), dict.fromkeys(own, 0.0), 0.0
        unlinked = mean(self.method, points, full) if full else math.nan
        if self.level is None:
            if covered >= self.least:
                self.level = unlinked
        else:
            same = points.keys() == self.points.keys()
            old = shared(self.within, self.pillars, points.keys() & self.points.keys())
            new = full if same else old
            if old and new:
                before = mean(self.method, self.points, old)
                after = mean(self.method, points, new)
                self.level += after - before
                for n in old.keys() | new.keys():
                    moved[n] = self._brought(n, points, old, new, before, after)
                if not same:
                    jump = unlinked - mean(self.method, self.points, self.full) - (after - before)
        self.points, self.within, self.full = points, within, full
        known = self.level is not None and covered >= self.least
        return (self.level, unlinked, moved, jump) if known else (None, None, moved, jump)

    def _brought(self, n, points, old, new, before, after):
        w0, w1, p0, p1 = old.get(n, 0.0), new.get(n, 0.0), self.points[n], points[n]
        if self.method == "arithmetic":
            return w1 * (p1 - 50) - w0 * (p0 - 50)
        stretch = after + 0.1
        if abs(after - before) > 1e-9:
            stretch = (after - before) / math.log((after + 0.1) / (before + 0.1))
        return stretch * (w1 * math.log((p1 + 0.1) / 50.1) - w0 * math.log((p0 + 0.1) / 50.1))


def imputed(asked, last, fresh, due):
    """Return points by indicator, of those in force that ever had a score."""
    found = {}
    for names in asked.pillars.values():
        beside = [last[n] for n in names if n in due and n in fresh]
        for n in names:
            if n in due and (n in fresh or (n in last and asked.imputation == "carry")):
                found[n] = last[n]
            elif n in due and n in last and asked.imputation == "pillar" and beside:
                found[n] = sum(beside) / len(beside)
    return found


def covered_by(asked, due, have):
    """Return coverage by pillar and in all."""
    weight = {o.name: o.weight if asked.weighting == "expert" else 1.0 for o in asked.indicators}
    found = {}
    for pillar, names in asked.pillars.items():
        total = sum(weight[n] for n in names if n in due)
        found[pillar] = sum(weight[n] for n in names if n in have) / total if total else 0.0
    whole = sum(size * found[p] for p, size in PILLARS) / sum(size for _, size in PILLARS)
    return {p: round(share, 12) for p, share in (found | {"all": whole}).items()}


def walk(looked, asked):
    """Yield coverage, what the chains say, weights and points after every session."""
    ones = {one.name: one for one in asked.indicators}
    groups = {p: (names, dict(PILLARS)[p]) for p, names in asked.pillars.items()}
    parts = {p: {p: group} for p, group in groups.items()} | {"all": groups}
    chains = {p: Chain(asked.aggregation, part, asked.min_coverage) for p, part in parts.items()}
    past, before, came, last = {n: [] for n in ones}, {}, {}, {}
    months, points, within = [], {}, {}
    for row, day in enumerate(DAYS):
        for n, one in ones.items():
            now = looked[n][row]
            if not math.isnan(now) and (one.frequency == "daily" or now != before.get(n)):
                past[n].append(now if one.direction == "up" else -now)
                came[n] = day
                if len(past[n]) >= HISTORY[one.frequency]:
                    scored = score(asked.normalization, past[n])
                    scaled = 50 + 10 * scored if asked.normalization == "z" else 100 * scored
                    last[n] = max(1.0, scaled)
            before[n] = now
        due = {n for n, o in ones.items() if (o.enters or day.date()) <= day.date()}
        due = {n for n in due if day.date() <= (ones[n].leaves or day.date())}
        fresh = {n for n in last if (day - came[n]).days <= STANDS[ones[n].frequency]}
        held, points = points, imputed(asked, last, fresh, due)
        coverage = covered_by(asked, due, due & fresh)
        first = {p: not row or DAYS[row - 1].to_period(p) != day.to_period(p) for p in "MQY"}
        if first["M"]:
            months.append(points)
        if first[PERIOD[asked.refit]] or held.keys() != points.keys():
            within = dict.fromkeys(ones, 0.0)
            for names in asked.pillars.values():
                own = [n for n in names if n in points]
                table = np.array([[then.get(n, math.nan) for n in own] for then in months])
                if own:
                    found = weights_in(asked.weighting, table, [ones[n].weight for n in own])
                    within |= dict(zip(own, found, strict=True))
        said = {p: chain.step(points, within, coverage[p]) for p, chain in chains.items()}
        yield coverage, said, shared(within, groups, points), points


@pytest.fixture(scope="module")
def values():
    """Series by period, (last day, value): one has a hole, one ends, one stands still."""
    draw = np.random.default_rng(5)
    found = {}
    for name, every in {"a": 14, "b": 40, "c": 6, "d": 30, "e": 25, "f": 50, "g": 12}.items():
        ends = [DAYS[0] + timedelta(days) for days in range(0, 480, every)]
        wander = 100 + np.cumsum(draw.normal(0.1, 2.0, len(ends)))
        found[name] = list(zip(ends, wander.tolist(), strict=True))
    found["c"] = [(end, value) for end, value in found["c"] if not DAYS[190] < end < DAYS[260]]
    found["e"] = [(end, value) for end, value in found["e"] if end < DAYS[150]]
    found["still"] = [(end, 7.0) for end in (DAYS[0], DAYS[80], DAYS[200])]
    return found


@pytest.fixture(scope="module")
def market(values):
    made = replace(make_market(sessions=len(DAYS), seed=2), synthetic=False)
    known = {
        one.series: [placed(one, values[one.series], day) for day in DAYS]
        for one in INDICATORS
        if one.series in values
    }
    return replace(made, series=made.series.assign(**known))


@pytest.fixture(scope="module")
def looked(market):
    """What was known of each indicator after each session."""
    rows = range(len(DAYS))
    return {one.name: [seen(one, row, market) for row in rows] for one in INDICATORS}


def asking(**choices):
    return framework(
        *INDICATORS, tracks=(("t", ("machinery",)),), pillar_weights=PILLARS, **choices
    )


def test_values_by_period_are_placed_by_their_delays(values, market):
    bare = replace(market, series=market.series[["cn10y"]])
    by_period = {name: pd.Series(dict(ends)) for name, ends in values.items()}
    found = published(bare, asking(), by_period).series
    pd.testing.assert_frame_equal(found[list(values)], market.series[list(values)])


@pytest.mark.parametrize(
    ("choices", "normalization", "weighting", "aggregation", "imputation"),
    [
        ({}, "z", "equal", "arithmetic", "carry"),
        ({"min_coverage": 0.8}, "min-max", "expert", "geometric", "carry"),
        ({}, "rank", "entropy", "arithmetic", "none"),
        ({"min_coverage": 0.3}, "distance", "critic", "geometric", "pillar"),
        ({"refit": "quarterly"}, "z", "std", "geometric", "none"),
        ({"refit": "quarterly"}, "rank", "pca", "arithmetic", "pillar"),
        ({"refit": "yearly"}, "min-max", "critic", "arithmetic", "none"),
        ({"min_coverage": 0.7}, "z", "entropy", "geometric", "pillar"),
        ({}, "distance", "pca", "geometric", "carry"),
    ],
)
def test_every_number_is_the_oracles(
    choices, normalization, weighting, aggregation, imputation, market, looked
):
    asked = asking(
        normalization=normalization,
        weighting=weighting,
        aggregation=aggregation,
        imputation=imputation,
        **choices,
    )
    found = composite(market, asked)
    coverage, said, weights, points = zip(*walk(looked, asked), strict=True)
    atol = 1e-5 if weighting == "pca" else 1e-9  # varimax is iterated to a tolerance

    def same(have, rows):
        want = pd.DataFrame(rows, DAYS, columns=have.columns, dtype=float).loc[have.index]
        np.testing.assert_allclose(have.to_numpy(dtype=float), want, rtol=0, atol=atol)

    levels = pd.concat([found.pillars, found.index.rename("all")], axis=1)
    same(found.scores, points)
    same(found.coverage, coverage)
    same(levels, [{p: one[0] for p, one in row.items()} for row in said])
    same(found.unlinked, [{p: one[1] for p, one in row.items()} for row in said])
    same(found.contributions, [row["all"][2] for row in said])
    same(found.changes[["effect"]], [{"effect": row["all"][3]} for row in said])
    same(found.weights, [{n: row.get(n, 0.0) for n in found.weights} for row in weights])
    assert found.index.notna().sum() > 60
    assert found.index.isna().any()
    assert len(found.changes) > 3


def test_revisions_are_not_known_before_they_come():
    draw = np.random.default_rng(4)
    rows = []
    for name, delay in {"a": 18, "d": 20, "g": 1}.items():
        for end in (DAYS[0] + timedelta(14 * number) for number in range(32)):
            value, known = 100 + draw.normal(), end + timedelta(delay)
            rows.append((name, end, value, known))
            rows.append(
                (name, end, value + draw.normal(), known + timedelta(int(draw.integers(40))))
            )
    record = pd.DataFrame(rows, columns=["series", "date", "value", "known"])
    record = record.sort_values(["series", "known", "date"], kind="stable", ignore_index=True)
    bare = replace(make_market(sessions=len(DAYS)), synthetic=False)
    asked = framework(*(one for one in INDICATORS if one.name in {"a", "d", "g"}))

    def told(rows):
        series = {
            str(name): bare.as_known(latest_known(own), delay_days=0, max_age_days=60)
            for name, own in rows.groupby("series")
        }
        return replace(bare, series=bare.series.assign(**series), vintages=rows)

    whole = composite(told(record), asked)
    for cut in (150, 233, 301):
        day = DAYS[cut]
        later = record["known"] > day
        other = record.assign(value=record["value"].mask(later, -record["value"]))
        for market in (told(record).as_of(day), told(record[~later]), told(other)):
            found = composite(market, asked)
            for name in ("scores", "coverage", "pillars", "contributions", "changes"):
                one, two = (getattr(each, name).loc[:day] for each in (found, whole))
                pd.testing.assert_frame_equal(one, two, check_exact=True, check_freq=False)
    assert whole.index.notna().sum() > 150
