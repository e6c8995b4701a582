"""From a manifest back to values: the strategy, the costs, the market.

A manifest may come from anywhere. It names classes and files, and none of them is imported or
opened: strategies come from the mapping handed in, parameters are checked against their types.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from backtest.costs import CostModel
from backtest.data.load import SAMPLE, load_market, stored_market
from backtest.data.store import NAME, history, market_names
from backtest.engine.benchmarks import compared_with, known_levels
from backtest.errors import UserError, shown, unknown
from backtest.market import Market
from backtest.notes import Note
from backtest.records.record import unreadable
from backtest.strategy import Strategy
from backtest.strategy.parameters import built
from backtest.validation import validated

Kinds = Mapping[str, type[Strategy]]

RUN_ONLY = "orders.csv"  # the file that nothing but a run has
OTHERS = {
    "trials.parquet": "a tuning",
    "regimes.csv": "a comparison",
    "index.json": "an index",
    "evidence.json": "evidence",
    "windows.csv": "a walk-forward",
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
                    "the run's strategy is {name}, not {given}; hand that one in with "
                    "--strategy FILE.py:Class",
                    name=shown(name),
                    given=", ".join(given),
                )
            raise UserError(
                "the run's strategy {value} is none of the package, and no folder is trusted to "
                "name a file; hand it in with --strategy FILE.py:Class",
                value=shown(manifest["class"]),
            )

    def find(named: str) -> type[Strategy]:
        kinds = {**known, **given}
        if named not in kinds:
            raise unknown("strategy", named, kinds)
        return kinds[named]

    try:
        return built(kind, parameters, find)
    except UserError as error:
        raise UserError(
            "the run's strategy cannot be built from its manifest: {error}", error=error
        ) from error


def other_folder(folder: Path) -> Note | None:
    """Say what a folder holds if it is something else than a run; None if it is not known."""
    for name, what in OTHERS.items():
        if (folder / name).exists() and not (folder / RUN_ONLY).exists():
            return Note(what)
    return None


def class_of(kind: type[Strategy]) -> str:
    """Return a strategy's class as manifests write it."""
    return f"{kind.__module__}:{kind.__qualname__}"


def costs_of(manifest: Mapping[str, Any]) -> CostModel:
    """Return the cost model a manifest wrote out, rule by rule."""
    if isinstance(manifest["cost_rules"], str):
        raise UserError(
            "the run's costs are a model of its own ({cost_rules}), and no folder is trusted to "
            "name one; run it again from Python",
            cost_rules=shown(manifest["cost_rules"]),
        )
    try:
        terms = {key: manifest[key] for key in ("cost_rules", "minimum_commission")}
        renamed = {"costs": "name", "cost_rules": "rules"}
        return validated(CostModel, {"costs": manifest["costs"], **terms}, "costs", renamed)
    except (KeyError, UserError) as error:
        raise unreadable("cost_rules") from error


def recalled_market(manifest: Mapping[str, Any], named: str | Path | None = None) -> Market | None:
    """Return the market a manifest speaks of, cut as it was; None if it is not here any more.

    Parameters
    ----------
    named : str or Path, optional
        Where to look: a market's name or folder; by default the name in the manifest.

    Raises
    ------
    UserError
        If the market named has other data than the manifest's snapshot.
    """
    market = _stored(manifest) if named is None else load_market(named)
    if market is None:
        return None
    if market.snapshot != manifest["snapshot"]:
        if named is None:
            return None
        raise UserError(
            "market {named} is not the one of this run: its snapshot is {snapshot}, not "
            "{recorded}; name another",
            named=named,
            snapshot=market.snapshot[:12],
            recorded=manifest["snapshot"][:12],
        )
    first, last = (pd.Timestamp(day) for day in manifest["window"])
    if first not in market.sessions or last not in market.sessions:
        return None
    seen = market.until(last)
    seen = seen.from_launch() if manifest["strict_launch"] else seen
    try:
        since = pd.Timestamp(manifest.get("known_from", seen.sessions[0]))
    except (ValueError, TypeError) as error:
        raise unreadable("known_from") from error
    seen = seen.between(since, None)
    # A series added, or prices changed, before the run cannot be had again from the snapshot.
    return seen if manifest.get("content", seen.identity) == seen.identity else None


def _stored(manifest: Mapping[str, Any]) -> Market | None:
    """Return the snapshot from the store, or the sample."""
    name = manifest["market"]
    if name == SAMPLE:
        return load_market(SAMPLE)
    if not NAME.fullmatch(name):
        return None
    # A market may have been renamed since: its snapshot says which it is.
    everywhere = dict.fromkeys([name, *market_names()])
    for stored in (one for known in everywhere for one in history(known)):
        if stored.snapshot == manifest["snapshot"]:
            try:
                return replace(stored_market(stored), name=name)
            except UserError:
                return None
    return None


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
            "the run's data are not here: market {market}, snapshot {snapshot}; import them "
            "again, name a folder that has them with --market, or, if an earlier version of "
            "nqp-rotation read them otherwise, run it again into a new folder",
            market=shown(manifest["market"]),
            snapshot=shown(manifest["snapshot"][:12]),
        )
    return replace(market, name=shown(manifest["market"]))


def compared_as(manifest: Mapping[str, Any], market: Market, file: Path | None) -> Market:
    """Return the market compared with what the run was: of its own, or the user's file."""
    name = manifest.get("benchmark")
    if file is not None or name is None:
        return compared_with(market, file)
    if known_levels(market, str(name)) is None:
        raise UserError(
            "the run was compared with {name}, which is not of its market, and no folder is "
            "trusted to name a file; hand it in with --benchmark FILE",
            name=shown(name),
        )
    return compared_with(market, str(name))
