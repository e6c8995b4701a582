"""Folders of several backtests: their results, daily returns and regimes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from backtest.engine.result import BacktestResult
from backtest.errors import UserError
from backtest.market import Market
from backtest.records.folder import check_holds_only, json_text, remove_reports, write_bytes
from backtest.records.record import (
    checked_document,
    damaged,
    named_benchmarks,
    read_json,
    read_table,
)
from backtest.strategy.claim import Report
from backtest.views.compare_report import compare_report
from backtest.views.page import Page
from backtest.views.sections.curves import labels_of

FILES = ("summary.json", "returns.csv", "regimes.csv")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several backtests on one market and window.

    Attributes
    ----------
    documents : mapping
        Results as `to_json` gives them, by label.
    returns, regimes : DataFrame, session × label
        Daily returns, and the name of what was held.
    """

    documents: Mapping[str, Mapping[str, Any]]
    returns: pd.DataFrame
    regimes: pd.DataFrame

    @classmethod
    def of(cls, results: Sequence[BacktestResult]) -> Comparison:
        """Set results beside each other."""
        labeled = dict(zip(labels_of(results), results, strict=True))
        if len(labeled) < len(results):
            raise UserError("two of the strategies are the same, settings included; name each once")
        return cls(
            {label: result.to_json() for label, result in labeled.items()},
            pd.DataFrame({label: result.returns for label, result in labeled.items()}),
            pd.DataFrame({label: result.regime for label, result in labeled.items()}),
        )

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The first one's manifest; market, window and costs are those of all."""
        known: Mapping[str, Any] = next(iter(self.documents.values()))["manifest"]
        return known

    def page(
        self,
        market: Market | None,
        *,
        report: Report | None = None,
        missing: str = "",
        language: str = "en",
    ) -> Page:
        """Return the report, with benchmarks if there is a market."""
        benchmarks: dict[str, pd.Series] = {}
        if market is not None:
            first = int(market.sessions.searchsorted(self.returns.index[0]))
            document = next(iter(self.documents.values()))
            benchmarks = named_benchmarks(document, market, first)
        return compare_report(
            self.documents,
            self.returns,
            self.regimes,
            benchmarks,
            report=report,
            missing=missing,
            language=language,
        )


def check_target(folder: Path) -> None:
    """Raise a `UserError` if `folder` holds anything but a comparison's own files."""
    check_holds_only(folder, FILES)


def write_compare(comparison: Comparison, folder: Path) -> None:
    """Write a comparison's files to a folder, replacing those of an earlier one."""
    check_target(folder)
    summary = {"results": list(comparison.documents.values())}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_reports(folder)
        write_bytes(folder / "summary.json", json_text(summary).encode())
        returns = comparison.returns.to_csv(index_label="date")
        write_bytes(folder / "returns.csv", returns.encode())
        regimes = comparison.regimes.to_csv(index_label="date")
        write_bytes(folder / "regimes.csv", regimes.encode())
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
