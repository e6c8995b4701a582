"""What `nqp data` prints on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from backtest.cli.terminal import plain_console
from backtest.data.fetch import Fetched, Watch
from backtest.data.files import Progress as Advance
from backtest.data.finding import Finding, grouped
from backtest.data.load import MarketEntry
from backtest.data.store import Manifest

PATIENCE_SECONDS = 1.0
LINES = 40
STYLES = {"missed": "red", "disagrees": "yellow", "revised": "yellow", "new": "green"}


@contextmanager
def progress(label: str) -> Iterator[Advance]:
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
def fetching(source: str) -> Iterator[Watch]:
    """Print a line on stderr for each instrument, above a bar where stderr is a terminal."""
    console = plain_console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(source, total=None)

        def watch(done: int, total: int, what: str) -> None:
            console.print(f"{done} of {total}: {what}", highlight=False, soft_wrap=True)
            bar.update(task, completed=done, total=total)

        yield watch


def show_fetch(fetched: Fetched) -> None:
    """Print what came, what did not and why, and where the market stands now."""
    table = Table(box=None, pad_edge=False)
    for header in ("", "Outcome", "Rows", "New", "First", "Last", "Why"):
        table.add_column(header, justify="right" if header in ("Rows", "New") else "left")
    for item in fetched.outcomes:
        style = STYLES.get(item.status, "")
        cells = (str(item.rows), str(item.added), item.first, item.last, Text(item.reason))
        table.add_row(Text(item.id), Text(item.status, style), *cells)
    plain_console().print(table)
    stored = fetched.manifest
    if stored is None:
        print("nothing was stored; what arrived is kept for the next fetch")
        return
    if stored.findings:
        print(
            f"{len(stored.findings)} findings about the data; nqp data check {stored.name} "
            f"lists them"
        )
    print(
        f"market {stored.name}: {stored.instruments} instruments of {stored.universe}, "
        f"{stored.first} … {stored.last}, snapshot {stored.snapshot[:12]}"
    )


def show_import(stored: Manifest) -> None:
    """Print what was stored, and every finding about it."""
    show_findings(stored.findings)
    print(
        f"stored {stored.name}: {stored.instruments} instruments of {stored.universe}, "
        f"{stored.first} … {stored.last}, snapshot {stored.snapshot[:12]}"
    )


def show_markets(entries: Sequence[MarketEntry]) -> None:
    """Print one row per market."""
    table = Table(box=None, pad_edge=False)
    for header in ("Market", "Universe", "First", "Last", "Instruments", "Snapshot", ""):
        table.add_column(header, justify="right" if header == "Instruments" else "left")
    for entry in entries:
        count, note = str(entry.instruments), "synthetic" if entry.synthetic else ""
        cells = (entry.name, entry.universe, entry.first, entry.last, count, entry.snapshot[:12])
        table.add_row(*cells, Text(note, "yellow"))
    plain_console().print(table)


def show_findings(findings: Sequence[Finding], *, stderr: bool = False) -> None:
    """Print findings, many of one kind in one row."""
    console = plain_console(stderr=stderr)
    if not findings:
        console.print("no findings")
        return
    groups = grouped(findings)
    table = Table(box=None, pad_edge=False)
    for header in ("Severity", "Finding", "Count", "First of them"):
        table.add_column(header, justify="right" if header == "Count" else "left")
    for group in groups[:LINES]:
        style = "red" if group.severity == "error" else "yellow"
        severity, kind = Text(group.severity, style), Text(group.kind.replace("_", " "))
        table.add_row(severity, kind, str(group.count), Text(group.message))
    console.print(table)
    if len(groups) > LINES:
        console.print(f"and {len(groups) - LINES} more rows; --json lists every finding")
