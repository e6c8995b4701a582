"""Composite: the index, its pillars and what moved them, at every session.

Everything after a session's close rests on what had been released by then: scores compare a value
with its own past, weights are fitted on past scores, and an indicator counts only from its in-date
to its out-date. Levels are points, and what they mean is the normalization's: for "z" 50 is the
mean of an indicator's own past and ten points are a standard deviation (McCall's 1922 T-scores);
for "min-max" 0 is the worst so far and 100 the best; for "rank" they are the share of the past
below, in percent; for "distance" 100 is the best so far, and 50 a standard deviation below it. One
point is the least, so that a geometric mean has no zero to fall into. What never moved is at 50.
Linking moves the level off by what it takes out; `unlinked` is the reading against the past.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from backtest.composite.aggregation import METHODS
from backtest.composite.basket import coverage_of, in_force, points_of, weights_of
from backtest.composite.chain import Chained, chain, shared_out
from backtest.composite.framework import Framework, load_framework
from backtest.composite.imputation import impute
from backtest.composite.releases import Releases, releases
from backtest.display import Displayed
from backtest.market import Market


@dataclass(frozen=True, eq=False, repr=False)
class Composite(Displayed):
    """An index of indicators in four pillars, on a market's sessions.

    Attributes
    ----------
    index : Series by session
        The chain-linked level, in points; NaN below the framework's coverage.
    pillars : DataFrame, session × pillar
        The same of each pillar alone.
    contributions : DataFrame, session × indicator
        Points each indicator brought in the move to a session; they sum to the index's move.
    coverage : DataFrame, session × pillar and "all"
        Share of the indicators in force, by weight, whose last value is not too old.
    weights : DataFrame, refit × indicator
        Weights in force after each refit, summing to 1.
    changes : DataFrame by session
        What entered and left; `before`, the level by the old basket; `unlinked`, what the new one
        would have made of it; and `effect`, the jump in points that linking took out.
    scores : DataFrame, session × indicator
        Points of what is in force, imputed values included.
    unlinked : DataFrame, session × pillar and "all"
        What the basket of each session says by itself; NaN where the linked level is.
    notes : tuple of str
        What is missing, constant, synthetic or known too soon, a sentence each.
    """

    framework: Framework
    market: Market
    index: pd.Series
    pillars: pd.DataFrame
    contributions: pd.DataFrame
    coverage: pd.DataFrame
    weights: pd.DataFrame
    changes: pd.DataFrame
    scores: pd.DataFrame
    unlinked: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        kind = "synthetic " if self.synthetic else ""
        known = self.index.dropna()
        now = f"{known.iloc[-1]:.1f} on {known.index[-1]:%Y-%m-%d}" if len(known) else "not known"
        return f"<Composite {self.framework.name} on {kind}{self.market.name}: {now}>"

    @property
    def synthetic(self) -> bool:
        """Whether the market, and with it some or all of what is measured, is synthetic."""
        return self.market.synthetic

    def to_json(self) -> dict[str, Any]:
        """Return the index as `nqp index --json` prints it: plain values, NaN as None."""
        return {
            "framework": self.framework.name,
            "market": self.market.name,
            "synthetic": self.synthetic,
            "index": _by_date(self.index),
            "pillars": {str(name): _by_date(self.pillars[name]) for name in self.pillars},
            "coverage": {str(name): _by_date(self.coverage[name]) for name in self.coverage},
            "weights": {
                f"{day:%Y-%m-%d}": {str(name): round(float(w), 12) for name, w in row.items()}
                for day, row in self.weights.iterrows()
            },
            "changes": [
                {
                    "date": f"{day:%Y-%m-%d}",
                    "entered": list(row["entered"]),
                    "left": list(row["left"]),
                    **{key: _number(row[key]) for key in ("before", "unlinked", "effect")},
                }
                for day, row in self.changes.iterrows()
            ],
            "notes": list(self.notes),
        }


def composite(market: Market, framework: Framework | str | Path = "observable") -> Composite:
    """Compute a framework's index on a market, once for each market and framework.

    Parameters
    ----------
    framework : Framework, or the name or path of one
        As `load_framework` takes it.

    Raises
    ------
    UserError
        If there is no such framework.

    Notes
    -----
    The steps are those of the OECD/JRC Handbook (2008): values are scored by `normalize` on the
    sessions that brought them, after as many values as `FREQUENCIES` asks for; stand until the
    next; are filled by `impute`, weighted by `weigh` within pillars on the past first sessions of
    months, and aggregated by `chain`.
    """
    chosen = framework if isinstance(framework, Framework) else load_framework(framework)
    return market.remember(("composite", chosen), lambda: _composite(market, chosen))


class _Scored(NamedTuple):
    """What an index is made of before it is aggregated: points, who counts, weights within."""

    points: pd.DataFrame
    coverage: pd.DataFrame
    groups: list[tuple[list[int], float]]
    within: np.ndarray
    refits: np.ndarray


def _scored(market: Market, framework: Framework) -> _Scored:
    found = releases(market, framework)
    columns = list(found.values.columns)
    released = points_of(found, framework)
    inside = in_force(market.sessions, framework)
    pillar_of = {name: pillar for pillar, names in framework.pillars.items() for name in names}
    known = released.where(found.fresh)
    if framework.imputation == "pillar":
        known = known.where(inside)
    filled = impute(known, framework.imputation, pillars=pillar_of)
    points = filled.where(inside & released.notna())
    coverage = coverage_of(framework, found.fresh & released.notna(), inside)
    places = {name: number for number, name in enumerate(columns)}
    groups = [
        ([places[name] for name in framework.pillars[pillar]], weight)
        for pillar, weight in framework.pillar_weights
    ]
    return _Scored(points, coverage, groups, *weights_of(points, framework, groups))


def _composite(market: Market, framework: Framework) -> Composite:
    found = releases(market, framework)
    points, coverage, groups, within, refits = market.remember(
        ("scored", replace(framework, aggregation=METHODS[0])), lambda: _scored(market, framework)
    )
    enough = coverage >= framework.min_coverage
    whole = chain(points, within, groups, framework.aggregation, enough["all"].to_numpy())
    alone = {
        pillar: chain(
            points.iloc[:, at],
            within[:, at],
            [(list(range(len(at))), 1.0)],
            framework.aggregation,
            enough[pillar].to_numpy(),
        )
        for (pillar, _), (at, _) in zip(framework.pillar_weights, groups, strict=True)
    }
    parts = alone | {"all": whole}
    linked = pd.DataFrame({name: part.linked for name, part in parts.items()}).where(enough)
    unlinked = pd.DataFrame({name: part.unlinked for name, part in parts.items()}).where(enough)
    shares = pd.DataFrame(
        shared_out(within[refits], groups), market.sessions[refits], points.columns
    )
    return Composite(
        framework=framework,
        market=market,
        index=linked["all"].rename("index"),
        pillars=linked.drop(columns="all"),
        contributions=whole.contributions,
        coverage=coverage,
        weights=shares[shares.sum(axis=1) > 0.0],
        changes=_changes(points, whole),
        scores=points,
        unlinked=unlinked,
        notes=(*found.notes, *_notes(framework, found, points, coverage)),
    )


def _changes(points: pd.DataFrame, whole: Chained) -> pd.DataFrame:
    """Return a row for each session on which an indicator entered or left."""
    there = points.notna().to_numpy()
    came = np.zeros(there.shape, dtype=bool)
    went = np.zeros(there.shape, dtype=bool)
    came[1:], went[1:] = there[1:] & ~there[:-1], there[:-1] & ~there[1:]
    level, effect = whole.linked.to_numpy(), whole.effects.to_numpy()
    rows = np.flatnonzero(np.isfinite(level) & (came | went).any(axis=1))
    names, days = points.columns, points.index[rows]
    return pd.DataFrame(
        {
            "entered": pd.Series([tuple(names[came[row]]) for row in rows], days, dtype=object),
            "left": pd.Series([tuple(names[went[row]]) for row in rows], days, dtype=object),
            "before": level[rows],
            "unlinked": level[rows] + effect[rows],
            "effect": effect[rows],
        },
        index=days,
    )


def _notes(
    framework: Framework, found: Releases, points: pd.DataFrame, coverage: pd.DataFrame
) -> list[str]:
    """Say what an answer lacks: pillars, movement, coverage."""
    sentences = []
    empty = [
        pillar
        for pillar, names in framework.pillars.items()
        if points[list(names)].isna().to_numpy().all()
    ]
    if 0 < len(empty) < len(framework.pillars):
        sentences.append(f"nothing is known of {', '.join(empty)}; the index rests on the rest")
    still = [
        str(name)
        for name in found.values
        if points[name].notna().any() and found.values[name].nunique() == 1
    ]
    if still:
        sentences.append(f"{', '.join(still)} never moved and counts as neutral, 50 points")
    if not coverage["all"].ge(framework.min_coverage).any():
        sentences.append(
            f"coverage never reaches {framework.min_coverage:.0%}, so there is no index; supply "
            f"more series, or state a lower min_coverage in the framework"
        )
    return sentences


def _by_date(values: pd.Series) -> dict[str, float | None]:
    return {f"{day:%Y-%m-%d}": _number(value) for day, value in values.items()}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
