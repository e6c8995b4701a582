"""Evidence folders: the verdicts on claims, and what was found out about a strategy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backtest.records.folder import json_text, write_files
from backtest.records.page_file import PAGES

FILES = ("evidence.json", PAGES)


def write_evidence(document: dict[str, Any], folder: Path, *, force: bool = False) -> None:
    """Write what `nqp evidence --json` prints to a folder."""
    write_files(folder, {"evidence.json": json_text(document)}, FILES, force=force)
