"""What a benchmark measured, written into `backtest/docs/calibration.md` under its own heading."""

from __future__ import annotations

import re
from pathlib import Path

import backtest
from backtest.atomic import write_file

FILE = Path(backtest.__file__).parent / "docs" / "calibration.md"


def publish(heading: str, command: str, said: str, lines: list[str]) -> None:
    """Write a table under a heading, in place of the one that stood there."""
    section = "\n".join([f"## {heading}", "", said, "", f"`{command}`:", "", "```text"])
    section = "\n".join([section, *lines, "```", ""])
    text = FILE.read_text("utf-8")
    found = re.compile(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if found.search(text):
        text = found.sub(lambda _: section + "\n", text)
    else:
        text = text.rstrip("\n") + "\n\n" + section
    write_file(FILE, (text.rstrip("\n") + "\n").encode())
