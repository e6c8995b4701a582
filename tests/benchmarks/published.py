"""What a benchmark measured: kept while it runs, and filed in `backtest/docs/calibration.md`."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import backtest
from backtest.atomic import write_file

ROOT = Path(__file__).parents[2]
FILE = Path(backtest.__file__).parent / "docs" / "calibration.md"
MEASURED = ("backtest/evidence", "backtest/trials", "backtest/tuning", "tests/tuning/simulated.py")


class Kept:
    """Finished cells of a benchmark, in a file: a run that was ended goes on where it stopped.

    A change of what is measured begins a new file.
    """

    def __init__(self, name: str) -> None:
        sources = [*Path(__file__).parent.glob("calibration*.py")]
        for place in MEASURED:
            sources += [ROOT / place] if place.endswith(".py") else (ROOT / place).glob("*.py")
        digest = sha256(b"".join(one.read_bytes() for one in sorted(sources))).hexdigest()[:12]
        self.path = ROOT / ".benchmarks" / f"{name}-{digest}.json"
        there = self.path.exists()
        self.cells: dict[str, Any] = json.loads(self.path.read_text("utf-8")) if there else {}

    def cell(self, name: str, measure: Callable[[], Any]) -> Any:
        """Return a cell, measured unless it was before."""
        if name not in self.cells:
            self.cells[name] = measure()
            write_file(self.path, json.dumps(self.cells).encode())
        return self.cells[name]


def publish(heading: str, command: str, said: str, lines: list[str]) -> None:
    """Write a table under a heading, in place of the one that stood there."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    where = f"Measured on {datetime.now(UTC):%Y-%m-%d} at commit {commit or 'unknown'} by"
    section = "\n".join([f"## {heading}", "", said, "", f"{where} `{command}`:", "", "```text"])
    section = "\n".join([section, *lines, "```", ""])
    text = FILE.read_text("utf-8")
    found = re.compile(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if found.search(text):
        text = found.sub(lambda _: section + "\n", text)
    else:
        text = text.rstrip("\n") + "\n\n" + section
    write_file(FILE, (text.rstrip("\n") + "\n").encode())
