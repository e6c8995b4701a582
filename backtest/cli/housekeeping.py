"""`nqp data delete|rename|prune|info` and `nqp config`: parsing and asking only."""

from __future__ import annotations

from typing import Annotated

import typer

from backtest.cli.data import app
from backtest.cli.options import JsonOption, print_json

NameArgument = Annotated[str, typer.Argument(help="A stored market.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def info(name: NameArgument, json: JsonOption = False) -> None:
    """Say what is stored of a market, where it came from, and which runs were made on it."""
    from backtest.data.housekeeping import info as stored
    from backtest.records.runs import needing
    from backtest.render.terminal import tell

    found = stored(name)
    runs = [run.id for run in needing(found.snapshots)]
    if json:
        print_json(found.to_json() | {"runs": runs})
        return
    tell(
        f"{name}: universe {found.universe}, {found.instruments} instruments, {found.first} … "
        f"{found.last}, stored {found.created[:16]}"
    )
    tell(f"{len(found.snapshots)} snapshots, {found.bytes / 1e6:.1f} MB, now {found.snapshots[0]}")
    for kind, source in found.sources.items():
        tell(f"{kind}: {source}")
    tell(f"runs made on it: {', '.join(runs) or 'none'}")


@app.command()
def delete(name: NameArgument, yes: YesOption = False, json: JsonOption = False) -> None:
    """Remove a stored market with all its snapshots; says which kept runs need it, and asks."""
    from backtest.data.housekeeping import delete as remove
    from backtest.data.housekeeping import info as stored
    from backtest.records.runs import needing
    from backtest.render.terminal import tell

    found = stored(name)
    runs = [run.id for run in needing(found.snapshots)]
    size = f"market {name}, {len(found.snapshots)} snapshots, {found.bytes / 1e6:.1f} MB"
    _ask(f"remove {size}", runs, yes)
    removed = remove(name)
    if json:
        print_json({"name": name, "snapshots": removed, "runs": runs})
    else:
        tell(f"removed {size}")


@app.command()
def rename(
    name: NameArgument,
    to: Annotated[str, typer.Argument(help="What to call it.")],
    json: JsonOption = False,
) -> None:
    """Call a stored market otherwise; runs made on it still find their data."""
    from backtest.data.housekeeping import rename as named
    from backtest.render.terminal import tell

    named(name, to)
    if json:
        print_json({"name": to, "before": name})
    else:
        tell(f"{name} is now called {to}")


@app.command()
def prune(yes: YesOption = False, json: JsonOption = False) -> None:
    """Remove snapshots that no market shows any more and no run of 'nqp runs' was made on."""
    from backtest.data.housekeeping import remove, size_of, spare
    from backtest.records.runs import kept_runs
    from backtest.render.terminal import tell

    found = spare(str(run.manifest.get("snapshot")) for run in kept_runs())
    size = sum(size_of(snapshot) for snapshot in found)
    told = f"{len(found)} snapshots, {size / 1e6:.1f} MB"
    if found:
        _ask(f"remove {told}", [], yes)
        remove(found)
    if json:
        print_json({"snapshots": found, "bytes": size})
    else:
        tell(f"removed {told}" if found else "every snapshot is needed: nothing to remove")


def config(json: JsonOption = False) -> None:
    """Say where everything is."""
    import os
    import sys
    from importlib.metadata import version
    from pathlib import Path

    import backtest
    from backtest.home import home
    from backtest.render.terminal import tell

    store = home()
    told = {
        "version": version("nqp-rotation"),
        "package": str(Path(backtest.__file__).parent),
        "python": sys.executable,
        "store": str(store),
        "store set by": "NQP_HOME" if os.environ.get("NQP_HOME") else "the platform's default",
        "markets": str(store / "markets"),
        "snapshots": str(store / "snapshots"),
        "runs": str(store / "runs"),
        "trial ledger": str(store / "ledger.sqlite3"),
        "studies": str(store / "studies.sqlite3"),
        "journal": str(store / "journal.jsonl"),
    }
    if json:
        print_json(told)
        return
    for name, value in told.items():
        tell(f"{name:<14}{value}")


def _ask(what: str, runs: list[str], yes: bool) -> None:
    """Ask before something is removed; without a terminal and --yes, refuse."""
    import sys

    from backtest.errors import UserError

    needed = f"; {len(runs)} kept runs need it: {', '.join(runs[:5])}" if runs else ""
    if yes:
        if needed:
            typer.echo(f"nqp: {what}{needed}", err=True)
        return
    if not sys.stdin.isatty():
        raise UserError(f"this would {what}{needed}; add --yes to do it")
    if not typer.confirm(f"{what[0].upper()}{what[1:]}{needed}?", default=False, err=True):
        raise UserError("nothing was removed")
