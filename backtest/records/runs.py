"""What was run in this store, in shell, Python or board: a small file a run, listed and tagged."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from backtest.atomic import storing, write_file
from backtest.engine.result import BacktestResult
from backtest.errors import UserError, unknown
from backtest.home import home
from backtest.records.folder import json_text
from backtest.validation import parsed_json, validated

HEADLINES = ("total_return", "cagr", "sharpe", "max_drawdown")
DIGITS = 8  # of a run's id


@dataclass(frozen=True)
class KeptRun:
    """One command that backtested something.

    Attributes
    ----------
    made : str
        When, UTC.
    kind : str
        The command, "run", "compare", "tune" or "walk-forward"; "python" or "board".
    strategy, settings : str
        What was run, and what was set or swept of it.
    figures : mapping
        Its headline figures; of several strategies or variants, the best one's.
    folder : str or None
        Where `--out` wrote it.
    """

    id: str
    made: str
    kind: str
    strategy: str
    settings: str
    market: str
    window: tuple[str, ...]
    figures: Mapping[str, float | None]
    folder: str | None
    manifest: Mapping[str, Any]
    tags: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what other programs read."""
        return asdict(self) | {"window": list(self.window), "tags": list(self.tags)}


def keep(
    kind: str,
    strategy: str,
    settings: str,
    manifest: Mapping[str, Any],
    figures: Mapping[str, Any],
    folder: Path | None,
    tags: Sequence[str] = (),
) -> KeptRun:
    """Note what was just run.

    Raises
    ------
    UserError
        If the store cannot be written.
    """
    made = datetime.now(UTC).isoformat(timespec="microseconds")
    named = blake2b(f"{made}{json_text(dict(manifest))}".encode(), digest_size=DIGITS // 2)
    run = KeptRun(
        id=named.hexdigest(),
        made=made,
        kind=kind,
        strategy=strategy,
        settings=settings,
        market=manifest["market"],
        window=tuple(manifest["window"]),
        figures={name: figures.get(name) for name in HEADLINES},
        folder=None if folder is None else str(folder.absolute()),
        manifest=manifest,
        tags=tuple(tags),
    )
    _write(run)
    return run


def keep_result(
    result: BacktestResult, folder: Path | None, kind: str, tags: Sequence[str] = ()
) -> KeptRun:
    """Note a backtest; see `keep`."""
    known = result.to_json()
    settings = result.manifest["set"]
    return keep(kind, result.name, settings, known["manifest"], known["summary"], folder, tags)


def kept_runs() -> tuple[KeptRun, ...]:
    """Return every run of this store, the latest first; a damaged file is no run."""
    found = []
    for path in (home() / "runs").glob("*.json"):
        try:
            plain = parsed_json(path.read_text(encoding="utf-8"))
            run = validated(KeptRun, plain, path.name)
        except (OSError, ValueError, RecursionError):
            continue
        if path.stem == run.id:
            found.append(run)
    return tuple(sorted(found, key=lambda run: run.made, reverse=True))


def kept_run(named: str) -> KeptRun:
    """Return a run by its id, the beginning of it, or a tag that only one run has.

    Raises
    ------
    UserError
        If there is none, or more than one.
    """
    runs = kept_runs()
    found = [run for run in runs if run.id.startswith(named) or named in run.tags]
    if len(found) == 1 and named:
        return found[0]
    if found and named:
        raise UserError(
            "{named!r} is said of {count} runs; give more of the id", named=named, count=len(found)
        )
    known = [*(run.id for run in runs), *(tag for run in runs for tag in run.tags)]
    raise unknown("run", named, known)


def tag(run: KeptRun, tags: Sequence[str]) -> KeptRun:
    """Return a run with more tags, kept so."""
    tagged = replace(run, tags=tuple(dict.fromkeys([*run.tags, *tags])))
    _write(tagged)
    return tagged


def needing(snapshots: Sequence[str]) -> list[KeptRun]:
    """Return the runs made on some of these snapshots."""
    return [run for run in kept_runs() if run.manifest.get("snapshot") in snapshots]


def differences(one: KeptRun, other: KeptRun) -> dict[str, tuple[Any, Any]]:
    """Return what differs between two runs by name: what was run, on what, and the figures."""
    flat = [_flat({"strategy": run.strategy} | dict(run.manifest)) for run in (one, other)]
    names = [name for name in dict.fromkeys([*flat[0], *flat[1]]) if name not in ("notes", "cut")]
    pairs = {name: (flat[0].get(name), flat[1].get(name)) for name in names}
    pairs |= {name: (one.figures.get(name), other.figures.get(name)) for name in HEADLINES}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in document.items():
        inside = isinstance(value, Mapping) and name in ("parameters", "versions")
        flat |= {f"{name}.{key}": one for key, one in value.items()} if inside else {name: value}
    return flat


def _write(run: KeptRun) -> None:
    with storing():
        write_file(home() / "runs" / f"{run.id}.json", json_text(run.to_json()).encode())
