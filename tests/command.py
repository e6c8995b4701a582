"""The command, run in this process as a shell would run it: words in; exit code and output out."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from backtest.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def nqp(
    *words: object,
    cwd: Path | None = None,
    columns: int | str = 80,
    home: Path | None = None,
    **environment: str,
) -> Done:
    """Run `nqp WORDS` in a folder, a terminal's width and a store; nothing is a terminal."""
    settings = {"COLUMNS": str(columns), **environment}
    if home is not None:
        settings["NQP_HOME"] = str(home)
    out, err = _stream(), _stream()
    with (
        patch.dict(os.environ, settings),
        patch.object(sys, "argv", ["nqp", *map(str, words)]),
        _folder(cwd),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, _text(out), _text(err))


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    return stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


@contextmanager
def _folder(place: Path | None) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(before if place is None else place)
    try:
        yield
    finally:
        os.chdir(before)
