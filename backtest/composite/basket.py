"""The basket of each session: points, who is in force, coverage and weights."""

import numpy as np
import pandas as pd

from backtest.composite.chain import NEUTRAL
from backtest.composite.framework import Framework
from backtest.composite.indicator import DIRECTIONS, FREQUENCIES
from backtest.composite.normalization import normalize
from backtest.composite.releases import Releases
from backtest.composite.weighting import weigh, weights_from
from backtest.market.schedule import due_sessions

LEAST = 1.0  # point
FROM_DATA = ("entropy", "critic", "std", "pca")


def points_of(found: Releases, framework: Framework) -> pd.DataFrame:
    """Return the points of the last value released, session × indicator, however old it is.

    NaN until as many values have come as the indicator's frequency asks for.
    """
    signs = pd.Series({one.name: DIRECTIONS[one.direction] for one in framework.concrete})
    needed = pd.Series({one.name: FREQUENCIES[one.frequency].history for one in framework.concrete})
    some = found.values.notna().any(axis=1)
    scores = normalize(found.values[some] * signs, framework.normalization)
    scores = scores.where(found.count[some] >= needed)
    points = NEUTRAL + 10.0 * scores if framework.normalization == "z" else 100.0 * scores
    points = points.clip(lower=LEAST).reindex(found.values.index).ffill()
    return points.reindex(found.fresh.index)


def in_force(sessions: pd.DatetimeIndex, framework: Framework) -> pd.DataFrame:
    """Say which indicators count on which sessions, by their in- and out-dates."""
    first, last = sessions[0], sessions[-1]
    return pd.DataFrame(
        {
            one.name: (sessions >= pd.Timestamp(one.enters or first))
            & (sessions <= pd.Timestamp(one.leaves or last))
            for one in framework.concrete
        },
        index=sessions,
    )


def coverage_of(framework: Framework, fresh: pd.DataFrame, inside: pd.DataFrame) -> pd.DataFrame:
    """Return the share of the weight in force that has a fresh value, by pillar and in all.

    A pillar with nothing in force has none of it. Weights are the expert ones where those are
    used, else equal weights: what data say must not decide what is missing.
    """
    expert = framework.weighting == "expert"
    nominal = {one.name: one.weight if expert else 1.0 for one in framework.concrete}
    total = sum(weight for _, weight in framework.pillar_weights)
    shares, whole = {}, np.zeros(len(fresh))
    for pillar, weight in framework.pillar_weights:
        names = list(framework.pillars[pillar])
        weights = np.array([nominal[name] for name in names])
        due = (inside[names].to_numpy() * weights).sum(axis=1)
        have = ((inside & fresh)[names].to_numpy() * weights).sum(axis=1)
        shares[pillar] = np.where(due > 0.0, have / np.where(due > 0.0, due, 1.0), 0.0)
        whole += weight / total * shares[pillar]
    return pd.DataFrame({**shares, "all": whole}, index=fresh.index).round(12)


def weights_of(
    points: pd.DataFrame, framework: Framework, groups: list[tuple[list[int], float]]
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights within pillars in force after each session, and the rows of the refits.

    Data weigh by the points of past first sessions of months, up to the refit.
    """
    sessions = pd.DatetimeIndex(points.index)
    there = points.notna().to_numpy()
    turned = np.zeros(len(there), dtype=bool)
    turned[1:] = (there[1:] != there[:-1]).any(axis=1)
    refits = np.flatnonzero(due_sessions(sessions, framework.refit).to_numpy() | turned)
    months = np.flatnonzero(due_sessions(sessions, "monthly"))
    monthly = points.to_numpy(dtype=float)[months]
    names, expert = points.columns, {one.name: one.weight for one in framework.concrete}
    kept: dict[bytes, np.ndarray] = {}
    within = np.zeros(there.shape)
    for number, row in enumerate(refits):
        members = there[row]
        until = int((months <= row).sum()) if framework.weighting in FROM_DATA else 0
        key = members.tobytes() + until.to_bytes(4, "big")
        if key not in kept:
            found = np.zeros(len(members))
            for columns, _ in groups:
                own = [column for column in columns if members[column]]
                if own:
                    past = monthly[:until, own]
                    found[own] = (
                        weigh(pd.DataFrame(past, columns=names[own]), "expert", expert=expert)
                        if framework.weighting == "expert"
                        else weights_from(past, framework.weighting)
                    )
            kept[key] = found
        end = refits[number + 1] if number + 1 < len(refits) else len(there)
        within[row:end] = kept[key]
    return within, refits
