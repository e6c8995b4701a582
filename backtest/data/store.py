"""The local store: immutable snapshots named by their SHA-256, and a manifest per market.

Imports pyarrow, the raw market and findings. A snapshot is a folder of three files that is written
beside its place and renamed into it; a manifest is replaced in one step. A reader sees the old
market or the new one, never half of either.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from backtest.data.finding import Finding
from backtest.data.raw import RawMarket
from backtest.errors import UserError, suggest

FILES = ("prices.parquet", "series.parquet", "universe.toml")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SNAPSHOT = re.compile(r"[0-9a-f]{64}")
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What the store says about a market.

    Attributes
    ----------
    snapshot : str
        SHA-256 that names the current snapshot.
    created : str
        When it was imported, UTC.
    universe, first, last, instruments
        The universe's name, the first and last session, and how many instruments have prices.
    sources : mapping
        Where the data came from.
    findings : tuple of Finding
        What the quality checks said at import.
    previous : tuple of str
        Earlier snapshots, the latest first; they stay in the store.
    """

    name: str
    snapshot: str
    universe: str
    first: str
    last: str
    instruments: int
    sources: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()
    created: str = ""
    previous: tuple[str, ...] = ()


def home() -> Path:
    """Return the store's folder: `NQP_HOME`, else the platform's place for user data."""
    chosen = os.environ.get("NQP_HOME")
    if chosen:
        return Path(chosen)
    import platformdirs

    return platformdirs.user_data_path("nqp-rotation", appauthor=False)


def check_name(name: str) -> str:
    """Return a name that may be stored; names never become paths unseen."""
    if name == "sample":
        raise UserError("sample is the embedded market; choose another name")
    if not NAME.fullmatch(name):
        raise UserError(
            f"{name!r} is no name for a market; use up to 64 small letters, digits, - and _"
        )
    return name


def market_names() -> tuple[str, ...]:
    """Return the names of all stored markets, sorted."""
    found = (path.stem for path in (home() / "markets").glob("*.json"))
    return tuple(sorted(name for name in found if NAME.fullmatch(name)))


def encode(raw: RawMarket) -> tuple[str, dict[str, bytes]]:
    """Return the snapshot's name and its files; equal content gives equal bytes."""
    files = {
        "prices.parquet": _parquet(raw.prices),
        "series.parquet": _parquet(raw.series),
        "universe.toml": raw.universe_text.encode(),
    }
    return _identity(files), files


def save(raw: RawMarket, manifest: Manifest) -> Manifest:
    """Write a snapshot, then point the market's manifest at it.

    `snapshot`, `created` and `previous` are filled in here. Nothing that was stored is removed.

    Raises
    ------
    UserError
        If the name cannot be stored or the store cannot be written.
    """
    check_name(manifest.name)
    snapshot, files = encode(raw)
    previous: tuple[str, ...] = ()
    with suppress(UserError):
        older = read_manifest(manifest.name)
        history = (older.snapshot, *older.previous)
        previous = tuple(item for item in history if item != snapshot)
    stamped = replace(
        manifest,
        snapshot=snapshot,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        previous=previous,
    )
    try:
        _write_snapshot(snapshot, files)
        _write_manifest(stamped)
    except OSError as error:
        raise UserError(
            f"the store at {home()} cannot be written ({error.strerror}); make room, or set "
            f"NQP_HOME to another folder"
        ) from error
    return stamped


def read_manifest(name: str) -> Manifest:
    """Return what the store says about a market.

    Raises
    ------
    UserError
        If there is no such market, or its manifest is damaged.
    """
    path = home() / "markets" / f"{check_name(name)}.json"
    if not path.is_file():
        raise UserError(
            f"there is no market {name!r}; {suggest(name, [*market_names(), 'sample'])}"
        )
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain.pop("format") != FORMAT:
            raise UserError(f"market {name} was stored by another version of nqp; import it again")
        findings = tuple(Finding.from_json(item) for item in plain["findings"])
        manifest = Manifest(**plain | {"findings": findings, "previous": tuple(plain["previous"])})
        if not SNAPSHOT.fullmatch(manifest.snapshot):
            raise KeyError("snapshot")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(
            f"the manifest of market {name} is damaged; import the market again (its snapshots "
            f"are untouched in {home() / 'snapshots'})"
        ) from error
    return manifest


def read_snapshot(manifest: Manifest) -> RawMarket:
    """Return the market's current snapshot, after checking that no byte of it has changed.

    Raises
    ------
    UserError
        If a file is missing or differs from what was written.
    """
    folder = home() / "snapshots" / manifest.snapshot
    files = _files_of(folder)
    if files is None or _identity(files) != manifest.snapshot:
        raise UserError(
            f"snapshot {manifest.snapshot[:12]} of market {manifest.name} is damaged or "
            f"incomplete; import the market again with 'nqp data import {manifest.name} …'"
        )
    prices, series = (pq.read_table(pa.BufferReader(files[name])).to_pandas() for name in FILES[:2])
    return RawMarket(files["universe.toml"].decode(), prices, series)


def _identity(files: Mapping[str, bytes]) -> str:
    digests = "".join(sha256(files[name]).hexdigest() for name in FILES)
    return sha256(digests.encode()).hexdigest()


def _files_of(folder: Path) -> dict[str, bytes] | None:
    try:
        return {name: (folder / name).read_bytes() for name in FILES}
    except OSError:
        return None


def _parquet(frame: Any) -> bytes:
    # The bytes hold the content and no library's notes about it.
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _write_snapshot(snapshot: str, files: Mapping[str, bytes]) -> None:
    shelf = home() / "snapshots"
    shelf.mkdir(parents=True, exist_ok=True)
    target = shelf / snapshot
    if _is_whole(target):
        return
    draft = shelf / f".draft-{uuid4().hex}"
    draft.mkdir()
    try:
        for name, content in files.items():
            with (draft / name).open("wb") as file:
                _write_through(file, content)
        _sync_folder(draft)
        if target.exists():
            # Damaged, else it would have been whole: it makes way, but is not removed.
            os.rename(target, shelf / f".damaged-{snapshot[:12]}-{uuid4().hex}")
        try:
            os.rename(draft, target)
        except OSError:
            # Another import was faster with the same content.
            if not _is_whole(target):
                raise
        _sync_folder(shelf)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _is_whole(target: Path) -> bool:
    files = _files_of(target)
    return files is not None and _identity(files) == target.name


def _write_manifest(manifest: Manifest) -> None:
    shelf = home() / "markets"
    shelf.mkdir(parents=True, exist_ok=True)
    plain = {"format": FORMAT, **asdict(manifest)}
    plain["findings"] = [finding.to_json() for finding in manifest.findings]
    text = json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False)
    draft = shelf / f".draft-{uuid4().hex}"
    try:
        with draft.open("wb") as file:
            _write_through(file, text.encode())
        os.replace(draft, shelf / f"{manifest.name}.json")
        _sync_folder(shelf)
    finally:
        draft.unlink(missing_ok=True)


def _write_through(file: Any, content: bytes) -> None:
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder; there the rename itself is all there is.
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
