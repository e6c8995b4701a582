"""Folders of several backtests: their results, daily returns and regimes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from backtest.engine.comparison import Comparison
from backtest.errors import UserError
from backtest.market import Market
from backtest.notes import Note
from backtest.records.folder import csv_text, json_text, write_files
from backtest.records.record import (
    checked_document,
    damaged,
    named_benchmarks,
    read_json,
    read_table,
)

FILES = ("summary.json", "returns.csv", "regimes.csv")


def write_compare(comparison: Comparison, folder: Path, *, force: bool = False) -> None:
    """Write a comparison's files to a folder, with `force` in place of those of an earlier one."""
    files: dict[str, bytes | str] = {
        "summary.json": json_text({"results": list(comparison.documents.values())}),
        "returns.csv": csv_text(comparison.returns),
        "regimes.csv": csv_text(comparison.regimes),
    }
    write_files(folder, files, FILES, force=force)


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
        raise UserError(
            "the files in {folder} do not belong together; write the folder again with --out",
            folder=folder,
        )
    for document, label in zip(documents, returns.columns, strict=True):
        if not isinstance(document.get("parameters"), dict) or not str(label).startswith(
            document["strategy"]
        ):
            raise damaged(path, Note("it does not say what {label} is", label=label))
    return Comparison(
        dict(zip(map(str, returns.columns), documents, strict=True)), returns, regimes
    )


def beside(comparison: Comparison, market: Market) -> Comparison:
    """Return a comparison read from a folder with the benchmarks of the market it ran on."""
    first = int(market.sessions.searchsorted(comparison.returns.index[0]))
    document = next(iter(comparison.documents.values()))
    return replace(comparison, benchmarks=named_benchmarks(document, market, first))
