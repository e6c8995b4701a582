"""verify: run again from a manifest and compare."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from backtest.engine.plan import FILLS
from backtest.engine.result import BacktestResult
from backtest.engine.run import run
from backtest.errors import UserError, shown
from backtest.market import Market
from backtest.notes import Note
from backtest.records.folder import FILES, write_run
from backtest.records.record import checked_manifest, read_json, unreadable
from backtest.records.verify.difference import Difference, first_difference
from backtest.records.verify.recorded import (
    Kinds,
    compared_as,
    costs_of,
    market_of,
    other_folder,
    strategy_of,
)
from backtest.strategy.look import NOT_CHECKED, STOPPED
from backtest.strategy.source import OWN
from backtest.views.words import recalled

MANIFEST = "manifest.json"
# It is compared before the others: it says what a run was.
ORDER = (MANIFEST, *(name for name in FILES if name != MANIFEST))
REPORT = "report.html"
ENGLISH = b'<html lang="en">'
LATER = (  # not in older manifests
    *("known_from", "asked_fill", "content", "source", "look_ahead", "benchmark", "cut"),
)

REPRODUCES = (  # by whether other versions ran it
    "The run reproduces byte for byte: {count} files.",
    "The run reproduces byte for byte: {count} files, on other versions ({changed}).",
)
DIFFERS = (
    "The run does not reproduce. {first}",
    "The run does not reproduce. {first} Likely cause: other versions ({changed}).",
)

WriteReport = Callable[[BacktestResult, Market, Path], None]


@dataclass(frozen=True)
class Verification:
    """Whether a run came out again, byte by byte.

    Attributes
    ----------
    difference : Difference or None
        The first one; None where every compared file is the same.
    compared : tuple of str
        The files that were, up to the first difference.
    left_out : tuple of str
        What else lies in the folder.
    versions : tuple of (str, str, str)
        What another version ran it: name, the version recorded, the one installed.
    """

    folder: Path
    manifest: Mapping[str, Any]
    difference: Difference | None
    compared: tuple[str, ...]
    left_out: tuple[str, ...]
    versions: tuple[tuple[str, str, str], ...]

    @property
    def reproduces(self) -> bool:
        """Whether no byte differs."""
        return self.difference is None

    @property
    def sentence(self) -> Note:
        """The outcome, with the first difference and what is likely to have caused it."""
        said = {"count": len(self.compared), "changed": self.changed}
        if self.difference is None:
            return Note(REPRODUCES[bool(self.versions)], **said)
        return Note(DIFFERS[bool(self.versions)], **said, first=self.difference.sentence)

    @property
    def changed(self) -> str:
        """The versions that differ, in words."""
        return ", ".join(f"{name} {before} then, {now} now" for name, before, now in self.versions)

    def to_json(self) -> dict[str, Any]:
        """Return what `nqp verify --json` prints."""
        first = self.difference
        return {
            "folder": str(self.folder),
            "reproduces": self.reproduces,
            "sentence": self.sentence,
            "difference": None if first is None else {**vars(first), "sentence": first.sentence},
            "compared": list(self.compared),
            "left_out": list(self.left_out),
            "versions": [
                {"name": name, "recorded": before, "installed": now}
                for name, before, now in self.versions
            ],
            "strategy": self.manifest["strategy"],
            "market": self.manifest["market"],
            "snapshot": self.manifest["snapshot"],
            "synthetic": self.manifest["synthetic"],
        }


def verify(
    folder: Path,
    strategies: Kinds,
    *,
    given: Kinds | None = None,
    market: str | Path | None = None,
    benchmark: Path | None = None,
    write_report: WriteReport | None = None,
) -> Verification:
    """Run a folder's backtest again from its manifest and compare byte by byte.

    Parameters
    ----------
    folder : Path
        As `nqp run --out` writes it; what else lies in it is not looked at.
    strategies : mapping
        The strategies of the package by command-line name.
    given : mapping, optional
        The user's own, by command-line name; a manifest is not trusted to name a file.
    market : str or Path, optional
        A market or folder that has the run's snapshot; by default the store is searched for it.
    benchmark : Path, optional
        The file the run was compared with; a manifest is not trusted to name one.
    write_report : callable, optional
        Writes a result's report.html to a folder; without it a report is left out, and so is one
        in another language than English, the one `nqp run` writes.

    Raises
    ------
    UserError
        If the folder is none of a run, or its strategy or data are not here.
    """
    _check_is_run(folder)
    manifest = checked_manifest(read_json(folder / MANIFEST), folder / MANIFEST)
    result = again(manifest, strategies, given=given or {}, market=market, benchmark=benchmark)
    versions = _versions(manifest, result)
    result = _as_if_then(result, manifest, owned=result.name in (given or {}))
    report = write_report if ENGLISH in (_content(folder / REPORT) or b"")[:200] else None
    compared: list[str] = []
    difference = None
    with TemporaryDirectory() as scratch:
        scratched = Path(scratch) / "run"
        for name in _written(result, result.market, scratched, report):
            compared.append(name)
            difference = first_difference(
                name, _content(folder / name), (scratched / name).read_bytes()
            )
            if difference is not None:
                break
    known = {*ORDER, *compared}
    others = sorted(shown(path.name) for path in folder.iterdir() if path.name not in known)
    return Verification(folder, manifest, difference, tuple(compared), tuple(others), versions)


def again(
    manifest: Mapping[str, Any],
    strategies: Kinds,
    *,
    given: Kinds,
    market: str | Path | None = None,
    benchmark: Path | None = None,
) -> BacktestResult:
    """Run again what a checked manifest says, on its market, window and terms; see `verify`."""
    result = run(
        strategy_of(manifest, strategies, given),
        compared_as(manifest, market_of(manifest, market), benchmark),
        costs=costs_of(manifest),
        fill=_asked(manifest),
        cash=manifest["cash"],
        start=manifest["window"][0],
        check=manifest.get("look_ahead") != NOT_CHECKED.found,
    )
    return _as_told(result, manifest)


def _as_told(result: BacktestResult, manifest: Mapping[str, Any]) -> BacktestResult:
    """Take over what no second run can know: the cut of its data, the time of its short check."""
    cut = recalled(manifest.get("cut"))
    then = [note for note in map(recalled, manifest.get("notes", ())) if _of_time(note)]
    now = [note for note in result.warnings if not _of_time(note)]
    warnings = (*filter(None, (cut, *then)), *now)
    notes = [note.to_json() for note in warnings if isinstance(note, Note)]
    known = {**result.manifest, "cut": cut and cut.to_json(), "notes": notes}
    return replace(result, manifest=known, warnings=warnings)


def _of_time(note: object) -> bool:
    return isinstance(note, Note) and note.code == STOPPED


def _check_is_run(folder: Path) -> None:
    if not folder.is_dir():
        raise UserError(
            "{folder} is no folder; verify takes the folder of a run, written by 'nqp run --out'",
            folder=folder,
        )
    other = other_folder(folder)
    if other is not None:
        raise UserError(
            "{folder} holds {other}; verify takes the folder of a run, written by 'nqp run --out'",
            folder=folder,
            other=other,
        )


def _written(
    result: BacktestResult, market: Market, again: Path, write_report: WriteReport | None
) -> Iterator[str]:
    """Write a run's files and name them; its report only when it is its turn."""
    write_run(result, again)
    yield from ORDER
    if write_report is not None:
        write_report(result, market, again)
        yield REPORT


def _as_if_then(
    result: BacktestResult, manifest: Mapping[str, Any], *, owned: bool
) -> BacktestResult:
    """Return the result under the recorded versions, which are no part of what it found.

    Nor is where the user's own class was found, or what an older manifest did not note.
    """
    taken = {name: manifest[name] for name in ("python", "versions", "source") if name in manifest}
    named = {one["class"].rpartition(":")[2] for one in (manifest, result.manifest)}
    if owned and len(named) == 1:
        taken["class"] = manifest["class"]
    noted = {
        name: value
        for name, value in result.manifest.items()
        if name in manifest or name not in LATER
    }
    return replace(result, manifest={**noted, **taken})


def _asked(manifest: Mapping[str, Any]) -> str:
    asked = manifest.get("asked_fill", manifest["fill"])
    if asked not in FILLS:
        raise unreadable("asked_fill")
    return str(asked)


def _versions(
    manifest: Mapping[str, Any], result: BacktestResult
) -> tuple[tuple[str, str, str], ...]:
    """Return what ran it in another version then."""
    then = {"python": manifest.get("python"), **manifest["versions"]}
    now = {"python": result.manifest["python"], **result.manifest["versions"]}
    if str(manifest.get("source")).startswith(OWN):
        then |= {"the strategy": manifest["source"]}
        now |= {"the strategy": result.manifest["source"]}
    return tuple(
        (name, shown(str(then[name])) if name in then else "none", version)
        for name, version in now.items()
        if then.get(name) != version
    )


def _content(path: Path) -> bytes | None:
    """Return a file's content; None where there is none that can be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None
