"""Evidence folders: the verdicts on claims, and what was found out about a strategy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backtest.atomic import write_file
from backtest.errors import UserError
from backtest.records.folder import check_free, json_text, remove_reports
from backtest.records.page_file import PAGES

FILES = ("evidence.json", PAGES)


def check_target(folder: Path, *, force: bool = False) -> None:
    """Raise a `UserError` unless evidence can be written to `folder`, see `check_free`."""
    check_free(folder, FILES, force=force)


def write_evidence(document: dict[str, Any], folder: Path, *, force: bool = False) -> None:
    """Write what `nqp evidence --json` prints to a folder."""
    check_target(folder, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_reports(folder)
        write_file(folder / "evidence.json", json_text(document).encode())
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error
