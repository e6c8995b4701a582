"""Folders of comparisons, walk-forwards and evidence: files other programs read, and the report."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backtest.engine.comparison import Comparison
from backtest.records.folder import csv_text, json_text, write_files
from backtest.records.page_file import PAGES, write_pages
from backtest.strategy.claim import Source

if TYPE_CHECKING:
    from backtest.tuning.walk_forward import WalkForward

COMPARE = ("summary.json", "returns.csv", "regimes.csv", PAGES)
WALK_FORWARD = ("walk_forward.json", "windows.csv", "returns.csv", PAGES)
EVIDENCE = ("evidence.json", PAGES)


def write_compare(
    comparison: Comparison, folder: Path, source: Source, language: str, *, force: bool = False
) -> None:
    """Write a comparison's results, daily returns and regimes, and its report, to a folder.

    Parameters
    ----------
    source : Source
        Whose date separates in-sample from out of sample.
    """
    from backtest.views.compare_report import compare_report

    files: dict[str, bytes | str] = {
        "summary.json": json_text({"results": list(comparison.documents.values())}),
        "returns.csv": csv_text(comparison.returns),
        "regimes.csv": csv_text(comparison.regimes),
    }
    write_files(folder, files, COMPARE, force=force)
    made = partial(compare_report, comparison, source=source)
    write_pages(lambda spoken: made(language=spoken), folder, language)


def write_walk_forward(
    walked: WalkForward, folder: Path, language: str, *, force: bool = False
) -> None:
    """Write a walk-forward's windows and winners, stitched returns and its report to a folder."""
    from backtest.views.pages import page_of

    files: dict[str, bytes | str] = {
        "walk_forward.json": json_text(walked.to_json()),
        "windows.csv": csv_text(walked.windows, dated=False),
        "returns.csv": csv_text(walked.result.returns.to_frame("return")),
    }
    write_files(folder, files, WALK_FORWARD, force=force)
    write_pages(lambda spoken: page_of(walked, spoken), folder, language)


def write_evidence(document: dict[str, Any], folder: Path, *, force: bool = False) -> None:
    """Write what `nqp evidence --json` prints to a folder."""
    write_files(folder, {"evidence.json": json_text(document)}, EVIDENCE, force=force)
