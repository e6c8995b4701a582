"""Walk-forward folders: the windows and winners, the stitched returns, and the report."""

from __future__ import annotations

from pathlib import Path

from backtest.atomic import write_file
from backtest.errors import UserError
from backtest.records.folder import check_free, csv_text, json_text, remove_reports, write_report
from backtest.records.page_file import PAGES, write_pages
from backtest.tuning.walk_forward import WalkForward
from backtest.views.pages import page_of

FILES = ("walk_forward.json", "windows.csv", "returns.csv", PAGES)


def check_target(folder: Path, *, force: bool = False) -> None:
    """Raise a `UserError` unless a walk-forward can be written to `folder`, see `check_free`."""
    check_free(folder, FILES, force=force)


def write_walk_forward(
    walked: WalkForward, folder: Path, language: str, *, force: bool = False
) -> None:
    """Write a walk-forward's files and its report to a folder, with `force` over earlier ones."""
    check_target(folder, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_reports(folder)
        write_file(folder / "walk_forward.json", json_text(walked.to_json()).encode())
        write_file(folder / "windows.csv", csv_text(walked.windows, dated=False))
        write_file(folder / "returns.csv", csv_text(walked.result.returns.to_frame("return")))
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error
    write_pages(lambda spoken: page_of(walked, spoken), folder)
    write_report(page_of(walked, language), folder)
