"""Run folders: a result as files other programs read.

Every file is written whole or not at all; what a killed process left half written does not count,
and the next writer sweeps it away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from backtest.atomic import DRAFTS, sweep, write_file
from backtest.engine.result import BacktestResult
from backtest.errors import UserError
from backtest.views.page import Page

FILES = ("summary.json", "returns.csv", "weights.csv", "orders.csv", "regime.csv", "manifest.json")
REPORT = re.compile(r"report\.(html|pdf)|report-[a-z0-9-]+\.png")  # what `write_report` writes
FORMS = ("html", "pdf", "png")


def check_target(folder: Path) -> None:
    """Raise a `UserError` if `folder` holds anything but a run's own files."""
    check_holds_only(folder, FILES)


def check_holds_only(folder: Path, files: Sequence[str]) -> None:
    """Raise a `UserError` unless `folder` is new, empty, or holds only `files` and reports."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; name a folder to write to")
    sweep(folder)
    foreign = sorted(
        entry.name
        for entry in (folder.iterdir() if folder.exists() else ())
        if entry.name not in files and not REPORT.fullmatch(entry.name) and not entry.match(DRAFTS)
    )
    if foreign:
        raise UserError(
            f"folder {folder} holds other files ({foreign[0]} …); name a new or an empty folder"
        )


def write_run(result: BacktestResult, folder: Path) -> None:
    """Write a result's six files to a folder, replacing those of an earlier run.

    Numbers are written so that they read back to the same bits.
    """
    check_target(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_reports(folder)
        write_file(folder / "summary.json", json_text(result.to_record()).encode())
        write_file(
            folder / "returns.csv",
            result.returns.rename("return").to_csv(index_label="date").encode(),
        )
        write_file(folder / "weights.csv", result.weights.to_csv(index_label="date").encode())
        write_file(folder / "orders.csv", result.orders.to_csv(index=False).encode())
        write_file(folder / "regime.csv", result.regime.to_csv(index_label="date").encode())
        write_file(folder / "manifest.json", json_text(dict(result.manifest)).encode())
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error


def write_report(page: Page, folder: Path, form: str = "html") -> tuple[Path, ...]:
    """Write a report beside the files it is of, in place of earlier ones, and return its files.

    Parameters
    ----------
    form : "html", "pdf" or "png"
        One document, or a picture per chart.
    """
    if form == "html":
        from backtest.render.html import to_html

        files = {"report.html": to_html(page).encode()}
    elif form == "pdf":
        from backtest.render.plots.pages import to_pdf

        files = {"report.pdf": to_pdf(page)}
    else:
        from backtest.render.plots.chart import chart_png

        files = {f"report-{chart.id}.png": chart_png(chart, page.origin) for chart in page.charts}
    try:
        for path in folder.iterdir():
            if REPORT.fullmatch(path.name) and path.suffix == f".{form}":
                path.unlink()
        for name, content in files.items():
            write_file(folder / name, content)
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error
    return tuple(folder / name for name in files)


def remove_reports(folder: Path) -> None:
    """Remove reports of what the folder held before."""
    for path in folder.iterdir():
        if REPORT.fullmatch(path.name):
            path.unlink()


def json_text(document: object) -> str:
    """Return a JSON document as it is written to files."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
