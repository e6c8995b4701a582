"""From a manifest back to values: the strategy, the costs, the market.

A manifest may come from anywhere. It names classes and files, and none of them is imported or
opened: strategies come from the mapping handed in, parameters are checked against their types.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import Enum
from math import isfinite
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pandas as pd

from backtest.costs import CostModel, CostRule
from backtest.errors import UserError, suggest
from backtest.market import Market
from backtest.records.recall import recalled_market
from backtest.records.verify.difference import shown
from backtest.strategy import Strategy, field_names

Kinds = Mapping[str, type[Strategy]]

RUN_ONLY = "orders.csv"  # the file that nothing but a run has
OTHERS = {
    "trials.parquet": "a tuning",
    "regimes.csv": "a comparison",
    "index.json": "an index",
    "evidence.json": "evidence",
}


def strategy_of(manifest: Mapping[str, Any], known: Kinds, given: Kinds) -> Strategy:
    """Build the strategy a manifest describes.

    Parameters
    ----------
    known : mapping
        The strategies of the package by command-line name: picked where the manifest's class is
        exactly theirs.
    given : mapping
        Strategies the user handed in by name: picked first.

    Raises
    ------
    UserError
        If the strategy is neither, or its parameters do not fit it.
    """
    name, parameters = manifest["strategy"], manifest["parameters"]
    kind = given.get(name)
    if kind is None:
        kind = known.get(name)
        if kind is None or manifest["class"] != class_of(kind):
            if given:
                raise UserError(
                    f"the run's strategy is {shown(name)}, not {', '.join(given)}; hand that one "
                    f"in with --strategy FILE.py:Class"
                )
            raise UserError(
                f"the run's strategy {shown(manifest['class'])} is none of the package, and no "
                f"folder is trusted to name a file; hand it in with --strategy FILE.py:Class"
            )
    try:
        return _build(kind, parameters, {**known, **given})
    except RecursionError as error:
        raise UserError("the run's strategy is nested too deep; the manifest was edited") from error


def other_folder(folder: Path) -> str | None:
    """Say what a folder holds if it is something else than a run; None if it is not known."""
    for name, what in OTHERS.items():
        if (folder / name).exists() and not (folder / RUN_ONLY).exists():
            return what
    return None


def class_of(kind: type[Strategy]) -> str:
    """Return a strategy's class as manifests write it."""
    return f"{kind.__module__}:{kind.__qualname__}"


def costs_of(manifest: Mapping[str, Any]) -> CostModel:
    """Return the cost model a manifest wrote out, rule by rule."""
    try:
        rules = tuple(
            CostRule(
                component=rule["component"],
                rate=_number(rule["rate"]),
                side=rule["side"],
                kinds=tuple(rule["kinds"]),
                start=None if rule["start"] is None else date.fromisoformat(rule["start"]),
                end=None if rule["end"] is None else date.fromisoformat(rule["end"]),
            )
            for rule in manifest["cost_rules"]
        )
        return CostModel(str(manifest["costs"]), rules, _number(manifest["minimum_commission"]))
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(
            "the manifest's cost_rules cannot be read; write the folder again with --out"
        ) from error


def market_of(manifest: Mapping[str, Any], named: str | Path | None) -> Market:
    """Return the market of a run, of the recorded snapshot and cut as it was.

    Raises
    ------
    UserError
        If the snapshot is not here, or `named` has other data.
    """
    market = recalled_market(manifest, named)
    if market is None:
        raise UserError(
            f"the run's data are not here: market {shown(manifest['market'])}, snapshot "
            f"{shown(manifest['snapshot'][:12])}; import them again, or name a folder that has "
            f"them with --market"
        )
    return replace(market, name=shown(manifest["market"]))


def _build(kind: type[Strategy], parameters: Mapping[str, Any], kinds: Kinds) -> Strategy:
    hints, fields = get_type_hints(kind), field_names(kind)
    values = {}
    for name, value in parameters.items():
        if name not in fields:
            there_is = suggest(str(name), fields) if fields else "it has none"
            raise UserError(
                f"the run's strategy has no parameter {shown(str(name))} any more; {there_is}"
            )
        values[name] = _value(name, value, hints[name], kinds)
    try:
        return kind(**values)
    except TypeError as error:
        raise UserError(
            f"the run's strategy cannot be built from its parameters ({error}); it has changed "
            f"since, or the manifest was edited"
        ) from error


def _value(name: str, value: Any, hint: Any, kinds: Kinds) -> Any:
    """Turn a parameter's JSON back into its declared type."""
    if hint is Any or (value is None and type(None) in (hint, *get_args(hint))):
        return value
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        for option in get_args(hint):
            try:
                return _value(name, value, option, kinds)
            except UserError:
                continue
    elif origin is tuple and isinstance(value, list):
        inner = get_args(hint)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_value(name, item, inner[0], kinds) for item in value)
        if len(inner) == len(value):
            pairs = zip(value, inner, strict=True)
            return tuple(_value(name, item, option, kinds) for item, option in pairs)
    elif isinstance(hint, type):
        found = _plain_value(value, hint, kinds)
        if found is not None:
            return found
    raise UserError(
        f"the run's parameter {name} cannot be read back from the manifest ({shown(str(value))}); "
        f"run the strategy from Python instead"
    )


def _plain_value(value: Any, hint: type, kinds: Kinds) -> Any:
    """Return a value of a plain class, a strategy among them; None where it is none."""
    if issubclass(hint, Strategy):
        if not isinstance(value, dict) or value.get("strategy") not in kinds:
            return None
        inner = {key: item for key, item in value.items() if key != "strategy"}
        found = _build(kinds[value["strategy"]], inner, kinds)
        return found if isinstance(found, hint) else None
    if issubclass(hint, Enum):
        return next((item for item in hint if value in (str(item), item.value)), None)
    if hint in (pd.Timestamp, date) and isinstance(value, str):
        try:
            return hint.fromisoformat(value[:10])
        except ValueError:
            return None
    if isinstance(value, bool):
        return value if hint is bool else None
    if hint in (int, float):  # a whole number may stand in a field of fractions, and back
        return value if isinstance(value, (int, float)) and isfinite(value) else None
    return value if hint is str and isinstance(value, str) else None


def cash_of(manifest: Mapping[str, Any]) -> float:
    """Return what the run started with."""
    try:
        return _number(manifest["cash"])
    except TypeError as error:
        raise UserError(
            "the manifest's cash is no amount; write the folder again with --out"
        ) from error


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise TypeError("no number")
    return value
