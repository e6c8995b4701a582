"""Markets that differ from a given one after a session: the later data cut off, or other ones."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd

from backtest.market import Market

TRADABILITY = ("can_buy", "can_sell")

Alteration = Callable[[Market, int, int], Market]
"""Market, last session that stays, seed → market. An even seed raises, an odd one lowers."""


def inputs(market: Market) -> dict[str, Alteration]:
    """Return what a market consists of, by name, with the function that alters it alone."""
    found: dict[str, Alteration] = {}
    for name in _columns_of(market):
        if name == "series":
            kinds: dict[str, list[str]] = {}
            for column in market.series.columns:
                kinds.setdefault(str(column).partition(":")[0], []).append(column)
            found |= {f"series {kind}": _altering_series(names) for kind, names in kinds.items()}
        elif name in TRADABILITY:
            found["tradability"] = _altering(TRADABILITY)
        else:
            found[name.replace("_", " ")] = _altering((name,))
    if market.vintages is not None and len(market.vintages):
        found["vintages"] = _vintages
    return found


def altered(market: Market, last: int, seed: int, names: Iterable[str] | None = None) -> Market:
    """Return the market with other data after session number `last`.

    Parameters
    ----------
    last : int
        The last session that stays as it is.
    seed : int
        Of the draws; later levels are higher than the true ones for an even seed, else lower.
    names : iterable of str, optional
        Keys of `inputs`; all by default.
    """
    known = inputs(market)
    for name in known if names is None else names:
        market = known[name](market, last, seed)
    return market


def turned(market: Market, seed: int) -> Market:
    """Return the market with its instruments in another order."""
    order = list(np.random.default_rng(seed).permutation(market.close.columns))
    frames = {
        name: getattr(market, name)[order]
        for name in _columns_of(market)
        if list(getattr(getattr(market, name), "columns", ())) == list(market.close.columns)
    }
    return replace(market, **frames)


def _columns_of(market: Market) -> list[str]:
    """Return the fields that hold values on the market's sessions."""
    held = [(spec.name, getattr(market, spec.name)) for spec in fields(market)]
    return [
        name
        for name, value in held
        if name != "compared"
        and isinstance(value, (pd.DataFrame, pd.Series))
        and value.index.equals(market.close.index)
    ]


def _altering(names: Iterable[str]) -> Alteration:
    def alter(market: Market, last: int, seed: int) -> Market:
        values = {name: _later(getattr(market, name), last, seed) for name in names}
        return replace(market, **values)

    return alter


def _altering_series(columns: list[str]) -> Alteration:
    """Alter a series, or the valuations of one kind together."""

    def alter(market: Market, last: int, seed: int) -> Market:
        other = _later(market.series[columns], last, seed)
        return replace(market, series=market.series.assign(**dict(other.items())))

    return alter


def _vintages(market: Market, last: int, seed: int) -> Market:
    """Alter the values that were published after a session."""
    assert market.vintages is not None
    record = market.vintages.copy()
    later = (record["known"] > market.sessions[last]).to_numpy()
    values = record["value"].to_numpy()[:, None]
    other = _moved(values[later], values, seed % 2 == 0, _draw(seed))
    record.loc[later, "value"] = other[:, 0]
    return replace(market, vintages=record)


def _later(frame: Any, last: int, seed: int) -> Any:
    """Return a frame or series with other values in the rows after number `last`."""
    values = frame.to_numpy()
    table = values[:, None] if values.ndim == 1 else values
    moved = _moved(table[last + 1 :], table, seed % 2 == 0, _draw(seed))
    whole = np.concatenate([table[: last + 1], moved])
    if isinstance(frame, pd.Series):
        return pd.Series(whole[:, 0], index=frame.index, name=frame.name)
    return pd.DataFrame(whole, index=frame.index, columns=frame.columns)


def _draw(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _moved(
    values: np.ndarray, record: np.ndarray, up: bool, draw: np.random.Generator
) -> np.ndarray:
    """Return other values in place of some of a record: plausible ones, clearly different.

    What is always positive is multiplied, anything else moved by standard deviations.
    """
    if values.dtype == bool:
        return ~values if up else draw.random(values.shape) > 0.5
    numbers, known = values.astype(float), record.astype(float)
    count = np.isfinite(known).sum(axis=0)
    known = np.where(np.isfinite(known), known, np.nan)
    mean = np.nansum(known, axis=0) / np.maximum(count, 1)
    scale = np.sqrt(np.nansum((known - mean) ** 2, axis=0) / np.maximum(count, 1))
    positive = np.nan_to_num(np.fmin.reduce(known, axis=0)) > 0
    level = np.where(np.isnan(numbers), mean, numbers) if up else numbers
    factor = draw.uniform(*((1.5, 4.0) if up else (0.2, 0.7)), level.shape)
    step = draw.uniform(1.0, 3.0, level.shape) * np.where(scale > 0, scale, 1.0)
    return np.where(positive, level * factor, level + step if up else level - step)
