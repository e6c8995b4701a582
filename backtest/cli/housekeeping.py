"""`nqp data delete|rename|prune|info` and `nqp config`: parsing and asking only."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from backtest.cli.data import app
from backtest.cli.options import JsonOption, LangOption, told
from backtest.errors import UserError
from backtest.notes import Note

NameArgument = Annotated[str, typer.Argument(help="A stored market.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def info(name: NameArgument, lang: LangOption = "en", json: JsonOption = False) -> None:
    """Say what is stored of a market, where it came from, and which runs were made on it."""
    from backtest.data.housekeeping import info as stored
    from backtest.records.runs import needing

    found = stored(name)
    runs = [run.id for run in needing(found.snapshots)]
    told(
        json,
        found.to_json() | {"runs": runs},
        Note(
            "{name}: universe {universe}, {count} instruments, {first} … {last}, stored {made}",
            name=name,
            universe=found.manifest.universe,
            count=found.manifest.instruments,
            first=found.manifest.first,
            last=found.manifest.last,
            made=found.manifest.created[:16],
        ),
        Note(
            "{count} snapshots, {size} MB, now {snapshot}",
            count=len(found.snapshots),
            size=f"{found.bytes / 1e6:.1f}",
            snapshot=found.snapshots[0],
        ),
        *(f"{kind}: {source}" for kind, source in found.manifest.sources.items()),
        Note("runs made on it: {runs}", runs=", ".join(runs) or Note("none")),
    )


@app.command()
def delete(
    name: NameArgument, yes: YesOption = False, lang: LangOption = "en", json: JsonOption = False
) -> None:
    """Remove a stored market with all its snapshots; says which kept runs need it, and asks."""
    from backtest.data.housekeeping import delete as remove
    from backtest.data.housekeeping import info as stored
    from backtest.records.runs import needing

    found = stored(name)
    runs = [run.id for run in needing(found.snapshots)]
    size = f"{found.bytes / 1e6:.1f}"
    code = "market {name}, {count} snapshots, {size} MB"
    what = Note(code, name=name, count=len(found.snapshots), size=size)
    _ask(what, runs, yes)
    removed = {"name": name, "snapshots": remove(name), "runs": runs}
    told(json, removed, Note("removed {what}", what=what))


@app.command()
def rename(
    name: NameArgument,
    to: Annotated[str, typer.Argument(help="What to call it.")],
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Call a stored market otherwise; runs made on it still find their data."""
    from backtest.data.housekeeping import rename as named

    named(name, to)
    called = Note("{name} is now called {to}", name=name, to=to)
    told(json, {"name": to, "before": name}, called)


@app.command()
def prune(yes: YesOption = False, lang: LangOption = "en", json: JsonOption = False) -> None:
    """Remove snapshots that no market shows any more and no run of 'nqp runs' was made on."""
    from backtest.data.housekeeping import remove, size_of, spare
    from backtest.records.runs import kept_runs

    found = spare(str(run.manifest.get("snapshot")) for run in kept_runs())
    size = sum(size_of(snapshot) for snapshot in found)
    what = Note("{count} snapshots, {size} MB", count=len(found), size=f"{size / 1e6:.1f}")
    if found:
        _ask(what, [], yes)
        remove(found)
    nothing = Note("every snapshot is needed: nothing to remove")
    said = Note("removed {what}", what=what) if found else nothing
    told(json, {"snapshots": found, "bytes": size}, said)


def config(lang: LangOption = "en", json: JsonOption = False) -> None:
    """Say where everything is."""
    from importlib.metadata import version

    import backtest
    from backtest.home import home

    store = home()
    places = {
        "version": version("nqp-rotation"),
        "package": str(Path(backtest.__file__).parent),
        "python": sys.executable,
        "store": str(store),
        "set by": "NQP_HOME" if os.environ.get("NQP_HOME") else "default",
        "markets": str(store / "markets"),
        "snapshots": str(store / "snapshots"),
        "runs": str(store / "runs"),
        "trial ledger": str(store / "ledger.sqlite3"),
        "studies": str(store / "studies.sqlite3"),
        "journal": str(store / "journal.jsonl"),
    }
    said = (Note("{name}: {value}", name=Note(key), value=value) for key, value in places.items())
    told(json, places, *said)


def _ask(what: Note, runs: list[str], yes: bool) -> None:
    """Ask before something is removed; without a terminal and --yes, refuse."""
    from backtest.render.terminal import tell

    needed = Note("{count} kept runs need it: {runs}", count=len(runs), runs=", ".join(runs[:5]))
    if yes:
        if runs:
            tell(needed, stderr=True)
        return
    if not sys.stdin.isatty():
        if runs:
            what = Note("{what}; {needed}", what=what, needed=needed)
        raise UserError("this would remove {what}; add --yes to do it", what=what)
    if runs:
        tell(needed, stderr=True)
    if not typer.confirm(f"{what}?", default=False, err=True):
        raise UserError("nothing was removed")
