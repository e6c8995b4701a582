"""What is said on stderr while something takes long: a line, a spinner or a bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from time import monotonic

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from backtest.notes import SPOKEN
from backtest.render.terminal import plain_console
from backtest.views.words import Words

PATIENCE_SECONDS = 1.0


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """Say on stderr what is being waited for: a spinner on a terminal, else one line.

    What a strategy prints meanwhile goes to stderr too.
    """
    console, message = plain_console(stderr=True), Words(SPOKEN.get()).said(message)
    if console.is_terminal:
        with console.status(f"{message} …"):
            yield
    else:
        console.print(f"{message} …", soft_wrap=True)
        with redirect_stdout(sys.stderr):
            yield


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr once the work takes over a second, if stderr is a terminal."""
    console = plain_console(stderr=True)
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(label, total=None)
    begun, shown = monotonic(), False

    def advance(done: int, total: int) -> None:
        nonlocal shown
        bar.update(task, completed=done, total=total)
        if not shown and monotonic() - begun > PATIENCE_SECONDS:
            bar.start()
            shown = True

    try:
        yield advance
    finally:
        if shown:
            bar.stop()


@contextmanager
def fetching(source: str) -> Iterator[Callable[[int, int, str], None]]:
    """Print a line on stderr for each instrument, above a bar where stderr is a terminal."""
    console = plain_console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(source, total=None)

        def progress(done: int, total: int, what: str) -> None:
            console.print(f"{done} of {total}: {what}", soft_wrap=True)
            bar.update(task, completed=done, total=total)

        yield progress
