"""What `nqp run`, `compare` and `strategies` print on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtest.cli.terminal import plain_console
from backtest.engine.headline import FIGURES, figure
from backtest.engine.result import BacktestResult
from backtest.strategy import Strategy

COMPARED = ("cagr", "volatility", "sharpe", "max_drawdown", "turnover", "switches")


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """Say on stderr what is being waited for: a spinner on a terminal, else one line.

    What a strategy prints meanwhile goes to stderr too.
    """
    console = plain_console(stderr=True)
    if console.is_terminal:
        with console.status(f"{message} …"):
            yield
    else:
        console.print(f"{message} …", highlight=False, soft_wrap=True)
        with redirect_stdout(sys.stderr):
            yield


def show_run(result: BacktestResult) -> None:
    """Print the result against its benchmarks, and what it rests on."""
    console = plain_console()
    synthetic_banner(console, result.synthetic)
    console.print(Text(f"{result.name} on {result.manifest['market']}", style="bold"))
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column(result.name, justify="right", overflow="fold")
    benchmarks = result.benchmark_summary()
    for name in benchmarks:
        table.add_column(name, justify="right", overflow="fold")
    for key, value in result.summary().items():
        if key in FIGURES:
            others = [figure(key, figures.get(key)) for figures in benchmarks.values()]
            table.add_row(FIGURES[key][0], figure(key, value), *others)
    console.print(table)
    dates = result.drawdown_dates
    if dates["trough"] is not None:
        peak, recovery = dates["peak"], dates["recovery"]
        since = "the start" if peak is None else f"{peak:%Y-%m-%d}"
        until = "not recovered" if recovery is None else f"recovered {recovery:%Y-%m-%d}"
        console.print(f"Deepest fall: from {since} to {dates['trough']:%Y-%m-%d}, {until}")
    _footer(console, result, result.warnings)


def show_compare(results: Sequence[BacktestResult]) -> None:
    """Print one row per strategy, and the benchmarks below."""
    console = plain_console()
    first = results[0]
    synthetic_banner(console, first.synthetic)
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for key in COMPARED:
        table.add_column(FIGURES[key][0].removesuffix(" a year"), justify="right")
    for result in results:
        summary = result.summary()
        table.add_row(result.name, *(figure(key, summary[key]) for key in COMPARED))
    table.add_section()
    for name, figures in first.benchmark_summary().items():
        table.add_row(name, *(figure(key, figures.get(key)) for key in COMPARED))
    console.print(table)
    _footer(console, first, _notes(results))


def _notes(results: Sequence[BacktestResult]) -> list[str]:
    """Return each warning once, with the strategies it is about unless it is about all."""
    about: dict[str, list[str]] = {}
    for result in results:
        for warning in result.warnings:
            about.setdefault(warning, []).append(result.name)
    return [
        warning if len(names) == len(results) else f"{', '.join(names)}: {warning}"
        for warning, names in about.items()
    ]


def show_strategies(found: Sequence[Strategy]) -> None:
    """Print every strategy with its claims, rule and parameters."""
    console = plain_console()
    for strategy in found:
        claims = f"  [{', '.join(strategy.claims)}]" if strategy.claims else ""
        console.print(Text(strategy.name, style="bold") + Text(claims, style="cyan"))
        console.print(Text(f"  {(strategy.__doc__ or '').strip().splitlines()[0]}"))
        for name, value in strategy.parameters.items():
            shown = value["strategy"] if isinstance(value, dict) else value
            console.print(Text(f"    {name}={shown}", style="dim"))


def synthetic_banner(console: Console, synthetic: bool) -> None:
    """Say so where the prices are synthetic."""
    if synthetic:
        console.print(
            Text("SYNTHETIC DATA: these prices were generated, no market ever paid them.", "yellow")
        )


def _footer(console: Console, result: BacktestResult, warnings: Sequence[str]) -> None:
    manifest = result.manifest
    console.print(
        Text(
            f"{' … '.join(manifest['window'])}, {manifest['currency']}, filled at the next "
            f"{manifest['fill']}\ncosts: {manifest['costs']}; data: {manifest['snapshot'][:12]}",
            style="dim",
        )
    )
    for warning in warnings:
        console.print(Text(f"note: {warning}", style="yellow"))
