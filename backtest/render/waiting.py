"""What is said on stderr while something takes long: a line, a spinner or a bar."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache
from time import monotonic
from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from backtest.notes import SPOKEN, Note
from backtest.render.terminal import PlainConsole
from backtest.views.words import Words

PATIENCE = 1.0  # seconds before a bar is worth showing


@contextmanager
def waiting(message: str, *, compiles: bool = False) -> Iterator[None]:
    """Say on stderr what is being waited for: a spinner on a terminal, else one line.

    What a strategy prints meanwhile goes to stderr too. What compiles says so where it really
    does, at a machine's first start, from here to the command's end.
    """
    console, message = PlainConsole(stderr=True), Words(SPOKEN.get()).said(message)
    if compiles:
        note = Note("compiling, up to half a minute, once")
        _compiler().sentence = Words(SPOKEN.get()).said(note)
    if console.is_terminal:
        with console.status(f"{message} …"):
            yield
    else:
        console.print(f"{message} …", soft_wrap=True)
        with redirect_stdout(sys.stderr):
            yield


class Rate(ProgressColumn):
    """How many are done a second."""

    def render(self, task: Task) -> Text:
        """Write it; nothing before the second one is done."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


@cache
def _compiler() -> Any:
    """Return what listens to Numba from now on, and says its sentence when that compiles."""
    from numba.core.event import Event, Listener, register

    class Compiler(Listener):  # type: ignore[misc]
        sentence = ""

        def on_start(self, event: Event) -> None:
            said, self.sentence = self.sentence, ""
            if said:
                PlainConsole(stderr=True).print(f"{said} …", soft_wrap=True)

        def on_end(self, event: Event) -> None:
            """Nothing is said of the end; the method is asked for."""

    listener = Compiler()
    register("numba:compile", listener)
    return listener


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function to call with how many are done of how many; see `progress_bar`."""
    with _bar(label, None) as update:
        yield lambda done, total: update(completed=done, total=total)


@contextmanager
def progress_bar(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Give a function to call with the number just done; shows rate and time left on stderr.

    Nothing is shown in the first second, or where stderr is no terminal.
    """
    with _bar(what, total) as update:
        yield lambda done: update(advance=done)


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Callable[..., None]]:
    console = PlainConsole(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, Rate(), TimeRemainingColumn(), console=console, transient=True)
    task, begun = bar.add_task(what, total=total), monotonic()

    def update(**done: Any) -> None:
        bar.update(task, **done)
        late = monotonic() - begun > PATIENCE
        if console.is_terminal and late and not bar.live.is_started:
            bar.start()

    try:
        yield update
    finally:
        if bar.live.is_started:
            bar.stop()


@contextmanager
def fetching(source: str) -> Iterator[Callable[[int, int, str], None]]:
    """Print a line on stderr for each instrument, above a bar where stderr is a terminal."""
    console = PlainConsole(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(source, total=None)

        def tell(done: int, total: int, what: str) -> None:
            console.print(f"{done} of {total}: {what}", soft_wrap=True)
            bar.update(task, completed=done, total=total)

        yield tell
