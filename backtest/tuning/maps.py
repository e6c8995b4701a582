"""Maps of a sweep, not its maximum: plateaus, heat-maps, switch dates.

A variant whose neighbors do as well stands on a plateau; one that towers over them
is probably overfitted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backtest.errors import UserError, suggest
from backtest.strategy.decisions import Decisions
from backtest.tuning.sweep_result import Sweep


def plateau(swept: Sweep) -> pd.Series:
    """Return each variant's plateau score: the median score of it and its neighbors.

    Neighbors differ in one parameter, by one step among the values tried.
    """
    variants = swept.variants
    places = np.column_stack(
        [_places(known)[variants.codes[:, column]] for column, known in enumerate(variants.values)]
    ).astype(np.int64)
    shape = tuple(places.max(axis=0) + 1)
    keys = np.ravel_multi_index(tuple(places.T), shape)
    order = np.argsort(keys, kind="stable")
    score = swept.trials[swept.score].to_numpy(dtype=float)
    around = [score]
    for column, length in enumerate(shape):
        for step in (-1, 1):
            moved = places.copy()
            moved[:, column] += step
            inside = (moved[:, column] >= 0) & (moved[:, column] < length)
            moved[~inside, column] = 0
            wanted = np.ravel_multi_index(tuple(moved.T), shape)
            at = np.searchsorted(keys[order], wanted).clip(max=len(keys) - 1)
            there = inside & (keys[order][at] == wanted)
            around.append(np.where(there, score[order][at], np.nan))
    stacked = np.stack(around)
    known = np.isfinite(stacked).any(axis=0)
    median = np.full(len(score), np.nan)
    median[known] = np.nanmedian(stacked[:, known], axis=0)
    return pd.Series(median, index=swept.trials.index, name="plateau")


def plateau_choice(swept: Sweep) -> int:
    """Return the variant with the best plateau score: the cautious choice."""
    values = plateau(swept).to_numpy()
    return int(np.nanargmin(values) if swept.metric.better < 0 else np.nanargmax(values))


def heat_map(swept: Sweep, rows: str, columns: str) -> pd.DataFrame:
    """Return the median score over all other parameters, by the values of two of them."""
    for name in (rows, columns):
        if name not in swept.variants.names:
            raise UserError(
                "the sweep has no parameter {name!r}; {suggestion}",
                name=name,
                suggestion=suggest(name, swept.variants.names),
            )
    if rows == columns:
        raise UserError("a heat map needs two different parameters, not {name} twice", name=rows)
    table = swept.trials.pivot_table(
        index=rows, columns=columns, values=swept.score, aggfunc="median"
    )
    return table.sort_index().sort_index(axis=1)


def switch_raster(swept: Sweep) -> pd.DataFrame:
    """Return what variants hold after each session, overlays left out, variant × session.

    Two hundred variants spread over the ranking, the best first: the dates at which most
    of them switch together are what the thesis rests on.
    """
    places = np.linspace(0, len(swept) - 1, min(200, len(swept))).round().astype(int)
    held = {
        row: Decisions(swept.strategy(row), swept.market).regime.iloc[swept.first :]
        for row in swept.ranking[places].tolist()
    }
    table = pd.DataFrame(held).T.rename_axis("variant")
    codes, names = pd.factorize(table.to_numpy(dtype=object).ravel(), use_na_sentinel=False)
    bases = np.array([str(name).partition("+")[0] for name in names], dtype=object)
    return pd.DataFrame(bases[codes].reshape(table.shape), table.index, table.columns)


def held_shares(swept: Sweep) -> pd.DataFrame:
    """Return the share of `switch_raster`'s variants that hold each basket, session × name."""
    raster = switch_raster(swept)
    names = list(dict.fromkeys(raster.to_numpy().ravel()))
    held = raster.to_numpy()
    return pd.DataFrame({name: (held == name).mean(axis=0) for name in names}, raster.columns)


def _places(known: Sequence[object]) -> np.ndarray:
    """Return the place of each value in their order; of unlike values, in the order given."""
    try:
        order = sorted(range(len(known)), key=lambda code: known[code])  # type: ignore[arg-type,return-value]
    except TypeError:
        order = list(range(len(known)))
    places = np.empty(len(known), dtype=np.int64)
    places[order] = np.arange(len(known))
    return places
