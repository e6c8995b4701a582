"""The forward journal: what was decided, when and on which data, in a chain that shows tampering.

One JSON object a line in `journal.jsonl` of the store, appended and never rewritten. Each entry
carries the hash of the one before it, so that an entry that was changed, removed from the middle or
put in later is found; `journal.head` knows how many there were, so that removed ends are found too.
A kill loses at most the entry being written: a line without its end is cut off by the next writer.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from backtest.atomic import locked, sync_folder, unwritable, write_file
from backtest.errors import UserError
from backtest.home import home

START = "0" * 64  # what the first entry follows
PATIENCE = 10.0  # seconds to wait for another writer


@dataclass(frozen=True)
class Entry:
    """One line of the journal.

    Attributes
    ----------
    number : int
        Counted from 1.
    written : str
        When, in UTC: 2026-11-26T07:30:00Z.
    kind : str
        "decision", what a strategy held then; "registration", what is to be judged later.
    body : mapping
        What was decided or registered.
    previous, hash : str
        SHA-256 of the entry before, and of this one.
    """

    number: int
    written: str
    kind: str
    body: Mapping[str, Any]
    previous: str
    hash: str

    @property
    def day(self) -> str:
        """The day it was written, in UTC."""
        return self.written[:10]


@dataclass(frozen=True)
class Journal:
    """All entries, oldest first, and what is wrong with them; nothing, as a rule."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]


def journal_path() -> Path:
    """Return where the journal of this store lies."""
    return home() / "journal.jsonl"


def append(kind: str, body: Mapping[str, Any], now: datetime | None = None) -> Entry:
    """Append an entry and wait until the disk has it.

    Raises
    ------
    UserError
        If the journal has been tampered with, another process holds it, or the store is full.
    """
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    path = journal_path()
    with locked("journal", "record", patience=PATIENCE):
        known = read()
        if known.problems:
            raise UserError(
                "{problems}; nothing is added to a journal that does not hold: move {path} away "
                "to begin another",
                problems=known.problems[0],
                path=path,
            )
        last = known.entries[-1] if known.entries else None
        entry = _sealed(
            (last.number if last else 0) + 1,
            f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            kind,
            body,
            last.hash if last else START,
        )
        try:
            _add_line(path, json.dumps(asdict(entry), sort_keys=True).encode() + b"\n")
            head = {"count": entry.number, "hash": entry.hash}
            write_file(path.with_name("journal.head"), json.dumps(head).encode())
        except OSError as error:
            raise unwritable(error) from error
    return entry


def read() -> Journal:
    """Read the journal and check its chain; a journal that does not exist is empty."""
    path = journal_path()
    content = path.read_bytes() if path.exists() else b""
    entries: list[Entry] = []
    problems: list[str] = []
    for number, line in enumerate(content[: content.rfind(b"\n") + 1].splitlines(), start=1):
        entry = _parsed(line)
        if entry is None:
            problems.append(f"line {number} of {path.name} is no entry of a journal")
            continue
        problems += _against(entry, entries[-1] if entries else None)
        entries.append(entry)
    return Journal(tuple(entries), (*problems, *_end_problems(path, entries)))


def _sealed(number: int, written: str, kind: str, body: Mapping[str, Any], previous: str) -> Entry:
    told = json.dumps([number, written, kind, body, previous], sort_keys=True)
    return Entry(number, written, kind, body, previous, sha256(told.encode()).hexdigest())


def _parsed(line: bytes) -> Entry | None:
    try:
        entry = Entry(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    texts = (entry.written, entry.kind, entry.previous, entry.hash)
    sound = isinstance(entry.number, int) and isinstance(entry.body, dict)
    return entry if sound and all(isinstance(text, str) for text in texts) else None


def _against(entry: Entry, before: Entry | None) -> Iterator[str]:
    """Say what is wrong with an entry by itself and after the one before it."""
    place = f"journal entry {entry.number} of {entry.day}"
    resealed = _sealed(entry.number, entry.written, entry.kind, entry.body, entry.previous)
    if resealed.hash != entry.hash:
        yield f"{place} was changed after it was written"
    expected = 1 if before is None else before.number + 1
    if entry.number != expected:
        yield f"{place} stands where entry {expected} should: entries were removed or added"
    elif entry.previous != (START if before is None else before.hash):
        yield f"{place} does not follow the entry before it: one of them was replaced"


def _end_problems(path: Path, entries: list[Entry]) -> list[str]:
    """Say whether entries are missing at the end; one too many is a kill between two writes."""
    head = path.with_name("journal.head")
    try:
        known = json.loads(head.read_text("utf-8")) if head.exists() else {"count": 0}
        count, seal = int(known["count"]), known.get("hash")
    except (ValueError, TypeError, KeyError, AttributeError):
        return [f"{head.name} cannot be read"]
    if len(entries) < count:
        return [f"the journal had {count} entries and has {len(entries)}: its end was removed"]
    if count and entries[count - 1].hash != seal:
        return [f"journal entry {count} is not the one that was written: it was replaced"]
    return []


def clock_set_back(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """Name entries written at an earlier time than the one before: a clock was set back."""
    return tuple(
        f"journal entry {entry.number} says {entry.written}, before entry {before.number} of "
        f"{before.written}: the clock was set back, or the entry is back-dated"
        for before, entry in pairwise(entries)
        if entry.written < before.written
    )


def _add_line(path: Path, line: bytes) -> None:
    """Append a line in one write, after cutting off what a killed writer left half done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        size = os.fstat(handle).st_size
        content = os.pread(handle, size, 0) if hasattr(os, "pread") else path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < size:
            os.ftruncate(handle, whole)
        os.lseek(handle, whole, os.SEEK_SET)
        written = os.write(handle, line)
        if written < len(line):
            os.ftruncate(handle, whole)
            raise OSError("the disk is full")
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)
