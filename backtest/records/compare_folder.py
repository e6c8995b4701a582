"""Folders of several backtests: their results, daily returns and regimes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from backtest.atomic import write_file
from backtest.engine.comparison import Comparison
from backtest.errors import UserError
from backtest.market import Market
from backtest.records.folder import check_free, csv_text, json_text, remove_reports
from backtest.records.record import (
    checked_document,
    damaged,
    named_benchmarks,
    read_json,
    read_table,
)

FILES = ("summary.json", "returns.csv", "regimes.csv")


def check_target(folder: Path, *, force: bool = False) -> None:
    """Raise a `UserError` unless a comparison can be written to `folder`, see `check_free`."""
    check_free(folder, FILES, force=force)


def write_compare(comparison: Comparison, folder: Path, *, force: bool = False) -> None:
    """Write a comparison's files to a folder, with `force` in place of those of an earlier one."""
    check_target(folder, force=force)
    summary = {"results": list(comparison.documents.values())}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_reports(folder)
        write_file(folder / "summary.json", json_text(summary).encode())
        write_file(folder / "returns.csv", csv_text(comparison.returns))
        write_file(folder / "regimes.csv", csv_text(comparison.regimes))
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error


def read_compare(folder: Path) -> Comparison:
    """Read a comparison's files.

    Raises
    ------
    UserError
        If one is missing or damaged, or they do not belong together.
    """
    path = folder / "summary.json"
    summary = read_json(path)
    listed = summary.get("results") if isinstance(summary, dict) else None
    if not isinstance(listed, list) or not listed:
        raise damaged(path, "it lists no results")
    documents = [checked_document(item, path) for item in listed]
    returns, regimes = (
        read_table(folder / "returns.csv", float),
        read_table(folder / "regimes.csv", str),
    )
    alike = returns.index.equals(regimes.index) and returns.columns.equals(regimes.columns)
    if (
        not alike
        or len(documents) != len(returns.columns)
        or not np.isfinite(returns).all(axis=None)
    ):
        raise UserError(f"the files in {folder} do not belong together; compare again with --out")
    for document, label in zip(documents, returns.columns, strict=True):
        if not isinstance(document.get("parameters"), dict) or not str(label).startswith(
            document["strategy"]
        ):
            raise damaged(path, f"it does not say what {label} is")
    return Comparison(
        dict(zip(map(str, returns.columns), documents, strict=True)), returns, regimes
    )


def beside(comparison: Comparison, market: Market) -> Comparison:
    """Return a comparison read from a folder with the benchmarks of the market it ran on."""
    first = int(market.sessions.searchsorted(comparison.returns.index[0]))
    document = next(iter(comparison.documents.values()))
    return replace(comparison, benchmarks=named_benchmarks(document, market, first))
