"""Markets removed, renamed and described, and snapshots no longer needed removed."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backtest.atomic import locked, storing
from backtest.data.store import (
    PATIENCE_SECONDS,
    SNAPSHOT,
    Manifest,
    check_name,
    history,
    market_names,
    read_manifest,
    stored_snapshots,
    write_manifest,
)
from backtest.errors import UserError
from backtest.home import home


@dataclass(frozen=True)
class Stored:
    """What the store holds of one market: all its snapshots, and their size."""

    manifest: Manifest
    snapshots: tuple[str, ...]
    bytes: int

    def to_json(self) -> dict[str, Any]:
        """Return what other programs read."""
        known = ("name", "universe", "first", "last", "instruments", "created", "sources")
        shown = {name: getattr(self.manifest, name) for name in known}
        return shown | {"snapshots": list(self.snapshots), "bytes": self.bytes}


def info(name: str) -> Stored:
    """Return what is stored of a market."""
    manifest, snapshots = read_manifest(name), stored_snapshots(name)
    return Stored(manifest, snapshots, sum(size_of(snapshot) for snapshot in snapshots))


def delete(name: str) -> list[str]:
    """Remove a market with its history, and return its snapshots that nothing else names now."""
    read_manifest(name)
    snapshots = stored_snapshots(name)
    with locked(name, "import", patience=PATIENCE_SECONDS), storing():
        (home() / "markets" / f"{name}.json").unlink()
        shutil.rmtree(home() / "history" / name, ignore_errors=True)
    named = {one for other in market_names() for one in stored_snapshots(other)}
    free = [snapshot for snapshot in snapshots if snapshot not in named]
    remove(free)
    return free


def rename(name: str, other: str) -> None:
    """Call a market otherwise; its history goes with it, and its snapshots stay where they are."""
    manifest = read_manifest(name)
    if check_name(other) in market_names():
        raise UserError("there is a market {other} already; take another name", other=other)
    with (
        locked(name, "import", patience=PATIENCE_SECONDS),
        locked(other, "import", patience=PATIENCE_SECONDS),
        storing(),
    ):
        for earlier in reversed(history(name)):
            write_manifest(replace(earlier, name=other))
        write_manifest(replace(manifest, name=other))
        (home() / "markets" / f"{name}.json").unlink()
        shutil.rmtree(home() / "history" / name, ignore_errors=True)


def spare(needed: Iterable[str]) -> list[str]:
    """Return snapshots that are no market's current one and not among those needed."""
    current = {read_manifest(name).snapshot for name in market_names()}
    kept = current | set(needed)
    return sorted(
        path.name
        for path in (home() / "snapshots").glob("*")
        if SNAPSHOT.fullmatch(path.name) and path.name not in kept
    )


def remove(snapshots: Iterable[str]) -> None:
    """Remove snapshots, and what the histories of markets say of them."""
    for snapshot in snapshots:
        for name in market_names():
            (home() / "history" / name / f"{snapshot}.json").unlink(missing_ok=True)
            manifest = read_manifest(name)
            if snapshot in manifest.previous:
                left = tuple(item for item in manifest.previous if item != snapshot)
                write_manifest(replace(manifest, previous=left))
        shutil.rmtree(home() / "snapshots" / snapshot, ignore_errors=True)


def size_of(snapshot: str) -> int:
    """Return a snapshot's size in bytes."""
    folder: Path = home() / "snapshots" / snapshot
    return sum(path.stat().st_size for path in folder.glob("*"))
