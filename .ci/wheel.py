"""Run every command of an installed wheel once, each on the embedded sample.

`python .ci/wheel.py NQP`, outside the checkout; NQP is the installed entry point. A command that
stands in no row of `WORDS` fails, so a new one is not forgotten.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tempfile
from importlib.metadata import files
from pathlib import Path

import backtest
from backtest.cli.commands import app

# Kinds of files that are not modules.
DATA = (".toml", ".csv", ".sql", ".txt", ".md", ".css", ".js", ".j2", "py.typed")
WORDS = {
    "run": ["rate-rotation", "--out", "FOLDER/run"],
    "compare": ["equal-weight", "rate-rotation"],
    "strategies": [],
    "baskets": [],
    "new": ["my-rotation", "--out", "FOLDER"],
    "check": ["rate-rotation", "--dates", "2"],
    "tune": ["rate-rotation", "--grid", "fall_bp=5,10"],
    "walk-forward": ["rate-rotation", "--grid", "fall_bp=5,10"],
    "evidence": [],
    "report": ["FOLDER/run"],
    "index": [],
    "today": [],
    "trials": [],
    "verify": ["FOLDER/run"],
    "dashboard": ["--help"],
    "data": ["list"],
    "journal": [],
    "map": [],
    "runs": [],
    "config": [],
    "policy": [],
    "thesis": ["list"],
    "mcp": ["--guide"],
}


def main() -> None:
    """Check the files, then the entry point, then the commands in this process."""
    assert "site-packages" in backtest.__file__, f"not the wheel: {backtest.__file__}"
    held = [str(file) for file in files("nqp-rotation") or ()]
    for kind in DATA:
        assert any(name.endswith(kind) for name in held), f"the wheel holds no {kind} file"
    said = subprocess.run([sys.argv[1], "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("nqp-rotation "), said.stdout
    commands = [command.name for command in app.registered_commands]
    commands += [group.name for group in app.registered_groups]
    assert set(commands) == set(WORDS), f"{set(commands) ^ set(WORDS)}: give it a row in WORDS"
    with tempfile.TemporaryDirectory() as folder:
        for command, words in WORDS.items():
            printed = io.StringIO()
            filled = [word.replace("FOLDER", folder) for word in words]
            with contextlib.redirect_stdout(printed):
                code = app([command, *filled], prog_name="nqp", standalone_mode=False)
            assert not code, f"nqp {command} ended with {code}"
            assert printed.getvalue(), f"nqp {command} printed nothing"
            print(f"nqp {' '.join([command, *words])}: {len(printed.getvalue())} characters")
        assert (Path(folder) / "run" / "report.html").exists()


main()
