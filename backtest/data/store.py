"""The local store: immutable snapshots named by their SHA-256, and a manifest per market.

A snapshot is a folder of three files that
is written beside its place and renamed into it; a manifest is replaced in one step. A reader sees
the old market or the new one, never half of either. Every manifest stays in `history` as well.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from backtest.atomic import (
    locked,
    new_draft,
    storing,
    sweep,
    sync_folder,
    write_file,
    write_through,
)
from backtest.data.finding import Finding
from backtest.data.raw import FILES, RawMarket, decode, encode, identity_of
from backtest.errors import UserError, unknown
from backtest.home import home
from backtest.market import Market
from backtest.validation import parsed_json, validated

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SNAPSHOT = re.compile(r"[0-9a-f]{64}")
FORMAT = 1
SHOWN = ("name", "universe", "first", "last", "instruments", "snapshot")
# An import is over in seconds; a fetch takes this lock only to store what came.
PATIENCE_SECONDS = 60.0
# What reading something damaged, or made to do harm, ends in.
DAMAGED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


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

    @classmethod
    def of(
        cls, market: Market, sources: Mapping[str, Any], findings: tuple[Finding, ...]
    ) -> Manifest:
        """Describe a market; what `save` fills in stays empty."""
        return cls(
            name=market.name,
            snapshot=market.snapshot,
            universe=market.universe.name,
            first=f"{market.sessions[0]:%Y-%m-%d}",
            last=f"{market.sessions[-1]:%Y-%m-%d}",
            instruments=len(market.instruments),
            sources=sources,
            findings=findings,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what other programs read of a stored market."""
        shown = {name: getattr(self, name) for name in SHOWN}
        return shown | {"findings": [finding.to_json() for finding in self.findings]}


def check_name(name: str) -> str:
    """Return a name that may be stored; names never become paths unseen."""
    if name == "sample":
        raise UserError(
            "sample is the embedded market, never a stored one; name another "
            "(nqp data list shows them)"
        )
    if not NAME.fullmatch(name):
        raise UserError(
            "{name!r} is no name for a market; use up to 64 small letters, digits, - and _",
            name=name,
        )
    return name


def market_names() -> tuple[str, ...]:
    """Return the names of all stored markets, sorted."""
    found = (path.stem for path in (home() / "markets").glob("*.json"))
    return tuple(sorted(name for name in found if NAME.fullmatch(name)))


def save(raw: RawMarket, manifest: Manifest, *, upon: str | None = None) -> Manifest:
    """Write a snapshot, then point the market's manifest at it.

    `snapshot`, `created` and `previous` are filled in here. Nothing that was stored is removed.

    Parameters
    ----------
    upon : str or None
        The snapshot these data continue, "" for none; None if they stand for themselves.

    Raises
    ------
    UserError
        If the name cannot be stored, the store cannot be written, or the market is no longer the
        one these data continue.
    """
    check_name(manifest.name)
    snapshot, files = encode(raw)
    with locked(manifest.name, "import", patience=PATIENCE_SECONDS):
        before = stored_snapshots(manifest.name)
        if upon is not None and before[:1] != ((upon,) if upon else ()):
            raise UserError(
                "market {name} was changed by another nqp in the meantime; run the same command "
                "again, what arrived is kept",
                name=manifest.name,
            )
        stamped = replace(
            manifest,
            snapshot=snapshot,
            created=datetime.now(UTC).isoformat(timespec="microseconds"),
            previous=tuple(item for item in before if item != snapshot),
        )
        with storing():
            for shelf in ("snapshots", "markets"):
                sweep(home() / shelf)
            _write_snapshot(snapshot, files)
            write_manifest(stamped)
    return stamped


def stored_snapshots(name: str) -> tuple[str, ...]:
    """Return the market's snapshots, the current one first, as far as its manifests tell."""
    try:
        current = read_manifest(name)
    except UserError:
        return tuple(dict.fromkeys(manifest.snapshot for manifest in history(name)))
    return (current.snapshot, *current.previous)


def history(name: str) -> tuple[Manifest, ...]:
    """Return the readable manifests of all snapshots a market had, the latest first."""
    found = []
    for path in (home() / "history" / check_name(name)).glob("*.json"):
        with suppress(OSError, *DAMAGED):
            found.append(_parsed(name, path.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda manifest: manifest.created, reverse=True))


def read_manifest(name: str) -> Manifest:
    """Return what the store says about a market.

    Raises
    ------
    UserError
        If there is no such market, or its manifest is damaged.
    """
    path = home() / "markets" / f"{check_name(name)}.json"
    if not path.is_file():
        raise unknown("market", name, [*market_names(), "sample"])
    try:
        return _parsed(name, path.read_text(encoding="utf-8"))
    except (OSError, *DAMAGED) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(
            "the manifest of market {name} is damaged; 'nqp data check {name} --repair' finds "
            "its snapshots (they are untouched in {value}), or import it again",
            name=name,
            value=home() / "snapshots",
        ) from error


def _parsed(name: str, text: str) -> Manifest:
    plain = parsed_json(text)
    if plain.pop("format") != FORMAT:
        raise UserError(
            "market {name} was stored by another version of nqp; import it again", name=name
        )
    findings = tuple(Finding.from_json(item) for item in plain.pop("findings"))
    try:
        manifest = replace(validated(Manifest, plain, "manifest"), findings=findings)
    except UserError as error:
        raise TypeError(error) from error
    for day in (manifest.first, manifest.last):
        date.fromisoformat(day)
    named = (manifest.snapshot, *manifest.previous)
    if manifest.name != name or not all(SNAPSHOT.fullmatch(item) for item in named):
        raise KeyError("snapshot")
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
    if files is None or identity_of(files) != manifest.snapshot:
        raise UserError(
            "snapshot {value} of market {name} is damaged or incomplete; 'nqp data check {name} "
            "--repair' goes back to the one before, or import the market again",
            value=manifest.snapshot[:12],
            name=manifest.name,
        )
    return decode(files)


def _files_of(folder: Path) -> dict[str, bytes] | None:
    try:
        return {name: (folder / name).read_bytes() for name in FILES}
    except OSError:
        return None


def _write_snapshot(snapshot: str, files: Mapping[str, bytes]) -> None:
    shelf = home() / "snapshots"
    shelf.mkdir(parents=True, exist_ok=True)
    target = shelf / snapshot
    if is_whole(snapshot):
        return
    draft = new_draft(shelf)
    draft.mkdir()
    try:
        for name, content in files.items():
            write_through(draft / name, content)
        sync_folder(draft)
        if target.exists():
            # Damaged, else it would have been whole: it makes way, but is not removed.
            os.rename(target, shelf / f".damaged-{snapshot[:12]}-{uuid4().hex}")
        try:
            os.rename(draft, target)
        except OSError:
            # Another import was faster with the same content.
            if not is_whole(snapshot):
                raise
        sync_folder(shelf)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def is_whole(snapshot: str) -> bool:
    """Whether a snapshot is in the store with every byte as it was written."""
    files = _files_of(home() / "snapshots" / snapshot)
    return files is not None and identity_of(files) == snapshot


def write_manifest(manifest: Manifest) -> None:
    """Keep a manifest in the market's history, then make it the current one."""
    plain = {"format": FORMAT, **asdict(manifest)}
    plain["findings"] = [finding.stored() for finding in manifest.findings]
    content = json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False).encode()
    past = home() / "history" / manifest.name
    sweep(past)
    write_file(past / f"{manifest.snapshot}.json", content)
    write_file(home() / "markets" / f"{manifest.name}.json", content)
