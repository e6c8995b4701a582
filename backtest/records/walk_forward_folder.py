"""Walk-forward folders: the windows and winners, the stitched returns, and the report."""

from __future__ import annotations

from pathlib import Path

from backtest.records.folder import csv_text, json_text, write_files
from backtest.records.page_file import PAGES, write_pages
from backtest.tuning.walk_forward import WalkForward
from backtest.views.pages import page_of

FILES = ("walk_forward.json", "windows.csv", "returns.csv", PAGES)


def write_walk_forward(
    walked: WalkForward, folder: Path, language: str, *, force: bool = False
) -> None:
    """Write a walk-forward's files and its report to a folder, with `force` over earlier ones."""
    files: dict[str, bytes | str] = {
        "walk_forward.json": json_text(walked.to_json()),
        "windows.csv": csv_text(walked.windows, dated=False),
        "returns.csv": csv_text(walked.result.returns.to_frame("return")),
    }
    write_files(folder, files, FILES, force=force)
    write_pages(lambda spoken: page_of(walked, spoken), folder, language)
