"""Folders of several backtests: their results, daily returns and regimes, and the report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from backtest.engine.comparison import Comparison
from backtest.records.folder import csv_text, json_text, write_files
from backtest.records.page_file import PAGES, write_pages
from backtest.strategy.claim import Source
from backtest.views.compare_report import compare_report

FILES = ("summary.json", "returns.csv", "regimes.csv", PAGES)


def write_compare(
    comparison: Comparison, folder: Path, source: Source, language: str, *, force: bool = False
) -> None:
    """Write a comparison's files and its report to a folder, with `force` over earlier ones.

    Parameters
    ----------
    source : Source
        Whose date separates in-sample from out of sample.
    """
    files: dict[str, bytes | str] = {
        "summary.json": json_text({"results": list(comparison.documents.values())}),
        "returns.csv": csv_text(comparison.returns),
        "regimes.csv": csv_text(comparison.regimes),
    }
    write_files(folder, files, FILES, force=force)
    made = partial(compare_report, comparison, source=source)
    write_pages(lambda spoken: made(language=spoken), folder, language)
