"""Run folders read back, checked line by line: nothing in them is trusted."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from annotated_types import Ge, Gt, Le, Len, Lt
from typing_extensions import TypedDict

from backtest.costs import cost_parts
from backtest.engine.benchmarks import benchmark_returns, compared_with, known_levels, level_returns
from backtest.engine.metrics import total_return
from backtest.engine.plan import FILLS
from backtest.engine.result import BacktestResult, grown
from backtest.errors import UserError
from backtest.market import Market
from backtest.notes import Note
from backtest.render.plain import restored
from backtest.strategy import Strategy
from backtest.strategy.decisions import Decisions
from backtest.validation import misfit, parsed_json
from backtest.views.words import warnings_of

Figures = dict[str, float | None]


class Document(TypedDict):
    """What a report reads of a result's JSON."""

    summary: Figures
    benchmarks: dict[str, Figures]
    warnings: list[str]
    synthetic: bool


RunManifest = TypedDict(
    "RunManifest",
    {
        "strategy": str,
        "class": str,
        "parameters": dict[str, Any],
        "set": str,
        "claims": list[str],
        "market": str,
        "snapshot": str,
        "synthetic": bool,
        "strict_launch": bool,
        "currency": str,
        "sessions_per_year": Annotated[int, Ge(1), Le(366)],
        "window": Annotated[list[str], Len(2, 2)],
        "costs": str,
        "fill": str,
        "cash": Annotated[float, Gt(0), Lt(1e15)],
        "versions": dict[str, str],
    },
)
RENAMED = {"hit_rate": "positive_months"}  # figures of older folders


@dataclass(frozen=True)
class Recalled(Strategy):
    """A strategy of which only the name is known."""

    label: str

    @property
    def name(self) -> str:
        """The name it had."""
        return self.label

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Refuse: what it wanted is not known."""
        raise UserError("only the name of {label} is known; run it again", label=self.label)


@dataclass(frozen=True, eq=False)
class Record:
    """What a run's folder holds; see `backtest.records.folder`."""

    document: Mapping[str, Any]
    manifest: Mapping[str, Any]
    returns: pd.Series
    weights: pd.DataFrame
    orders: pd.DataFrame
    regime: pd.Series

    def result(self, strategy: Strategy | None, market: Market | None) -> BacktestResult:
        """Return the result as far as it can be had again.

        Without the market there are no benchmarks, and what cash earned is not known (NaN).
        """
        index = self.returns.index
        risk_free = pd.Series(np.nan, index, name="risk_free")
        benchmarks: dict[str, pd.Series] = {}
        if market is not None:
            first = int(market.sessions.searchsorted(index[0]))
            risk_free = level_returns(market.money, first).rename("risk_free")
            benchmarks = named_benchmarks(self.document, market, first)
        named = strategy or Recalled(self.manifest["strategy"])
        return BacktestResult(
            strategy=named,
            decisions=None if market is None else Decisions(named, market),
            equity=grown(self.returns, self.manifest["cash"]),
            returns=self.returns.rename(self.manifest["strategy"]),
            weights=self.weights,
            orders=self.orders,
            regime=self.regime,
            targets=pd.DataFrame(np.nan, index, self.weights.columns),
            risk_free=risk_free,
            benchmarks=benchmarks,
            manifest=self.manifest,
            warnings=warnings_of(self.document),
        )


def named_benchmarks(
    document: Mapping[str, Any], market: Market, first: int
) -> dict[str, pd.Series]:
    """Return the benchmarks a document names, from the market it ran on."""
    own = document["manifest"].get("benchmark")
    if isinstance(own, str) and known_levels(market, own) is not None:
        market = compared_with(market, own)
    known = benchmark_returns(market, first)
    return {name: known[name] for name in document["benchmarks"] if name in known}


def read_run(folder: Path) -> Record:
    """Read a run's six files.

    Raises
    ------
    UserError
        If one is missing or damaged, or they do not belong together.
    """
    document = checked_document(read_json(folder / "summary.json"), folder / "summary.json")
    manifest = checked_manifest(read_json(folder / "manifest.json"), folder / "manifest.json")
    returns = _numbers(folder / "returns.csv")
    if list(returns.columns) != ["return"]:
        raise damaged(folder / "returns.csv", "it needs the columns date and return")
    record = Record(
        document=document,
        manifest=manifest,
        returns=returns["return"],
        weights=_numbers(folder / "weights.csv"),
        orders=_orders(folder / "orders.csv"),
        regime=_regime(folder / "regime.csv"),
    )
    dated = (record.weights, record.regime)
    earned, said = total_return(record.returns), document["summary"].get("total_return")
    same = isinstance(said, (int, float)) and math.isclose(earned, said, rel_tol=1e-6, abs_tol=1e-9)
    if (
        not all(item.index.equals(record.returns.index) for item in dated)
        or document.get("manifest") != manifest
        or not same
    ):
        raise UserError(
            "the files in {folder} do not belong together; write the folder again with --out",
            folder=folder,
        )
    return record


def checked_document(document: Any, path: Path) -> Mapping[str, Any]:
    """Return a result's JSON document if it has what a report reads."""
    if (fault := misfit(Document, document)) is not None:
        raise damaged(path, fault)
    window = checked_manifest(document.get("manifest"), path)["window"]
    name = document["manifest"]["strategy"]
    renamed = {RENAMED.get(figure, figure): value for figure, value in document["summary"].items()}
    return {**document, "summary": renamed, "strategy": name, "window": window}


def checked_manifest(manifest: Any, path: Path) -> Mapping[str, Any]:
    """Return a manifest if it has what a report reads."""
    if (fault := misfit(RunManifest, manifest)) is not None:
        raise damaged(path, fault)
    try:
        window = [f"{pd.Timestamp(day):%Y-%m-%d}" for day in manifest["window"]]
    except (ValueError, TypeError) as error:
        raise damaged(path, "its window must be two dates") from error
    if window != manifest["window"]:
        raise damaged(path, "its window must be two dates")
    if manifest["fill"] not in FILLS:
        raise damaged(path, "its fill must be open or close")
    if "nqp-rotation" not in manifest["versions"]:
        raise damaged(path, "its versions must name nqp-rotation's")
    return dict(manifest)


@contextmanager
def _reading(path: Path, why: str) -> Iterator[None]:
    """Say in a `UserError` that a file is missing, or why it is damaged."""
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(
            "{folder} has no {file}; name a folder written by --out",
            folder=path.parent,
            file=path.name,
        ) from error
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise damaged(path, why) from error


def read_json(path: Path) -> Any:
    """Read a JSON file; a `UserError` says what is wrong with it."""
    with _reading(path, "it is no JSON"):
        return parsed_json(path.read_text(encoding="utf-8"))


def read_table(path: Path, kind: type) -> pd.DataFrame:
    """Read a CSV of values by date; a `UserError` says what is wrong with it."""
    with _reading(path, "it is no table of values by date"):
        table = pd.read_csv(path, index_col=0, dtype=str, keep_default_na=False)
        table = table.rename(columns=restored).map(restored).astype(kind)
        table.index = pd.to_datetime(table.index, format="%Y-%m-%d").as_unit("ns").rename("date")
    if len(table) < 2 or not table.index.is_monotonic_increasing or not table.index.is_unique:
        raise damaged(path, "its dates must rise, two or more")
    return table


def _numbers(path: Path) -> pd.DataFrame:
    table = read_table(path, float)
    if not np.isfinite(table.to_numpy()).all():
        raise damaged(path, "it has values that are no numbers")
    return table


def _regime(path: Path) -> pd.Series:
    table = read_table(path, str)
    if list(table.columns) != ["regime"]:
        raise damaged(path, "it needs the columns date and regime")
    return table["regime"].astype(object)


def _orders(path: Path) -> pd.DataFrame:
    with _reading(path, "it is no list of orders"):
        orders = pd.read_csv(path, dtype=str, keep_default_na=False).map(restored)
        for name in ("decided", "due", "filled"):
            orders[name] = pd.to_datetime(orders[name], format="%Y-%m-%d").astype("datetime64[ns]")
        numbers = ["shares", "price", "value", *cost_parts(orders), "cost"]
        orders[numbers] = orders[numbers].astype(float)
        orders["sessions_late"] = orders["sessions_late"].astype(int)
        known = np.isfinite(orders[numbers]).all(axis=None) and "instrument" in orders
    if not known or not orders["side"].isin(["buy", "sell"]).all():
        raise damaged(path, "an order in it is not whole")
    return orders


def unreadable(key: str) -> UserError:
    """Return the error for a value of a manifest that cannot be used."""
    return UserError(
        "the manifest's {key} cannot be read; write the folder again with --out", key=key
    )


def damaged(path: Path, why: str) -> UserError:
    """Return the error for a file that cannot be used."""
    return UserError(
        "{path} cannot be read: {why}; write the folder again with --out",
        path=path,
        why=why if isinstance(why, Note) else Note(why),
    )
