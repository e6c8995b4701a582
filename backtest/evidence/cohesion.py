"""Whether the sectors called a track move together more than with others."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.evidence.baskets import instruments
from backtest.evidence.chance import Placebo, counted
from backtest.evidence.intervals import Interval, by_blocks
from backtest.evidence.observation import Array, Measurement, Observation
from backtest.evidence.windows import CannotTell, Window
from backtest.market import Market
from backtest.strategy.claim import Claim


def cohesion(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the mean correlation of sectors within groups less that with sectors outside.

    Correlations are of daily log returns less the mean of all sectors, so that a group does not
    hold together merely because the market moves.
    """
    apart = _apart(market, window)
    groups = _members(claim, market, apart)
    inside, outside = _pairs(groups, list(apart.columns))
    values = apart.to_numpy(dtype=float)

    def statistic(counts: Array) -> Array:
        return np.array([_cohesion(_correlation(values, row), inside, outside) for row in counts])

    members = [name for names in groups.values() for name in names]
    return Observation(
        instruments=instruments(market, pd.Index(members)),
        statistic=statistic,
        moves=apart[members].mean(axis=1),
        parts=_by_group(groups, apart),
        additive=False,
    )


def interval(at: Measurement) -> Interval:
    """Return the interval from leaving out a block of the window's sessions at a time."""
    return by_blocks(at.observed, at.window.label)


def labels_permuted(at: Measurement) -> Placebo:
    """Ask how often sectors drawn by lot into groups of the same sizes hold together as well."""
    apart = _apart(at.market, at.window)
    inside, outside = _pairs(_members(at.claim, at.market, apart), list(apart.columns))
    correlation = np.corrcoef(apart.to_numpy(dtype=float), rowvar=False)
    random = np.random.default_rng(at.seed)
    drawn = np.empty(at.draws)
    for draw in range(at.draws):
        order = random.permutation(len(correlation))
        drawn[draw] = _cohesion(correlation[np.ix_(order, order)], inside, outside)
    return counted("sectors permuted", drawn, at.observed.value, at.claim.sign)


def _apart(market: Market, window: Window) -> pd.DataFrame:
    close = market.sector_close.iloc[window.base : window.last + 1].dropna(axis=1)
    if len(close) < 3 or close.shape[1] < 3:
        raise CannotTell("fewer than three sectors have prices over {label}", label=window.label)
    logs = pd.DataFrame(np.log(close)).diff().iloc[1:]
    return logs.sub(logs.mean(axis=1), axis=0)


def _members(claim: Claim, market: Market, apart: pd.DataFrame) -> dict[str, list[str]]:
    """Return the sectors of each group that have prices, as fine as the market has them."""
    return {
        group.name: [name for name in market.sectors_of(group.sectors) if name in apart.columns]
        for group in claim.groups
    }


def _pairs(
    groups: Mapping[str, list[str]], names: list[str]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which pairs of sectors share a group, and which join a group to what is outside it."""
    inside = np.zeros((len(names), len(names)), dtype=bool)
    outside = np.zeros_like(inside)
    for own in groups.values():
        member = np.array([name in own for name in names])
        inside |= np.outer(member, member)
        outside |= np.outer(member, ~member)
    upper = np.triu(np.ones_like(inside), 1)
    if not (inside & upper).any():
        raise CannotTell("no group has two sectors with prices")
    return inside & upper, (outside | outside.T) & upper & ~inside


def _correlation(values: Array, counts: Array) -> Array:
    """Return the correlation of columns with each row counted so often."""
    weights = counts / counts.sum()
    centered = values - weights @ values
    covariance = centered.T @ (centered * weights[:, None])
    scale = np.sqrt(np.diag(covariance))
    matrix: Array = covariance / np.outer(scale, scale)
    return matrix


def _cohesion(correlation: Array, inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> float:
    return float(correlation[inside].mean() - correlation[outside].mean())


def _by_group(groups: Mapping[str, list[str]], apart: pd.DataFrame) -> dict[str, float]:
    """Return each group's own mean correlation, for those with two sectors or more."""
    found = {}
    for group, names in groups.items():
        if len(names) > 1:
            matrix = apart[names].corr().to_numpy()
            found[group] = float(matrix[np.triu_indices(len(names), 1)].mean())
    return found
