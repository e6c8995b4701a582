"""Rows of the ledger's tables: markets, signals, sets of baskets, leaders."""

from __future__ import annotations

import json
import sqlite3
import time
from operator import itemgetter
from typing import Any

import numpy as np

from backtest.trials.leaders import Leader, new_leaders
from backtest.trials.packed import joined, pack
from backtest.trials.tried import Days, Held, Lineage, Single

KEPT = 20_000  # signals kept of one market
BASKETS = 256  # sets of baskets kept of one market
ASKED = 500  # signals asked for in one query
SAME_RETURN = 2e-6  # float32 returns nearer than this are of the same baskets


def market_of(db: sqlite3.Connection, lineage: Lineage) -> int:
    """Return a market's number, and note its lineage and content if they are new."""
    named = (lineage.name, lineage.universe, json.dumps(sorted(lineage.instruments)))
    known = market_read(db, lineage)
    if known < 0:
        db.execute("INSERT INTO market (name, universe, instruments) VALUES (?, ?, ?)", named)
        known = market_read(db, lineage)
    db.execute("INSERT OR IGNORE INTO content VALUES (?, ?)", (lineage.content, known))
    return known


def market_read(db: sqlite3.Connection, lineage: Lineage) -> int:
    """Return the number of a market that has this content or this lineage; −1 if there is none."""
    row = db.execute("SELECT market FROM content WHERE snapshot = ?", (lineage.content,)).fetchone()
    if row is None or not lineage.content:
        named = (lineage.name, lineage.universe, json.dumps(sorted(lineage.instruments)))
        query = "SELECT id FROM market WHERE (name, universe, instruments) = (?, ?, ?)"
        row = db.execute(query, named).fetchone()
    return -1 if row is None else int(row[0])


def old_counts(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the counts of a ledger that an earlier version kept."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'scope'").fetchone():
        return []
    query = (
        "SELECT family, scope.snapshot, first, last, content.market, COUNT(*) FROM scope "
        "JOIN variant ON variant.scope = scope.id "
        "LEFT JOIN content ON content.snapshot = scope.snapshot GROUP BY scope.id"
    )
    keys = ("family", "snapshot", "first", "last", "market", "count")
    return [dict(zip(keys, row, strict=True)) for row in db.execute(query)]


def prints_of(db: sqlite3.Connection, query: str, values: tuple[Any, ...]) -> np.ndarray:
    """Return the fingerprints of all rows that a query finds."""
    blobs = [array_of(blob, "<i8") for (blob,) in db.execute(query, values)]
    return np.concatenate(blobs) if blobs else np.empty(0, dtype=np.int64)


def keep_signals(db: sqlite3.Connection, market: int, held: Held, prints: np.ndarray) -> None:
    """Keep what some variants held, as long as there is room for it."""
    # A record of two sessions holds nothing overnight.
    number = _baskets(db, market, held) if len(held.days) else None
    if number is None:
        return
    names = prints[held.rows].tolist()
    ordered = sorted(names)  # rows asked for or written in the table's order take half the time
    kept: dict[int, tuple[int, int, bytes, int]] = {}
    for start in range(0, len(names), ASKED):
        some = ordered[start : start + ASKED]
        query = (
            "SELECT print, baskets, reach, runs, made FROM signal WHERE market = ? AND print IN "
        )
        marks = ", ".join("?" * len(some))
        kept.update((row[0], row[1:]) for row in db.execute(f"{query}({marks})", (market, *some)))
    rows = []
    now = time.time_ns() // 1000
    times = [now] * len(names) if held.made is None else held.made.tolist()
    packed = pack(held.codes, held.days)
    own = packed if held.which is None else [packed[signal] for signal in held.which.tolist()]
    for name, runs, made in zip(names, own, times, strict=True):
        old = kept.get(name)
        if old is not None:  # what is tried again was made the first time
            runs, made = joined(old[2], runs), old[3]
        new = (number, held.reach, runs, made)
        if new != old:
            rows.append((market, name, *new))
    rows.sort(key=itemgetter(1))
    db.executemany("INSERT OR REPLACE INTO signal VALUES (?, ?, ?, ?, ?, ?)", rows)
    db.execute(
        "DELETE FROM signal WHERE market = ? AND print > (SELECT print FROM signal WHERE "
        "market = ? ORDER BY print LIMIT 1 OFFSET ?)",
        (market, market, KEPT - 1),
    )


def _baskets(db: sqlite3.Connection, market: int, held: Held) -> int | None:
    """Return the number of a set of baskets; sessions new to it are added. None if there are many.

    A set is known by its names and by what it earned on the sessions two records have in common.
    """
    names = json.dumps(held.names)
    query = "SELECT id, days, returns FROM baskets WHERE market = ? AND names = ?"
    every = db.execute(query, (market, names)).fetchall()
    for number, on, returns in every:
        days, earned = array_of(on, "<i4"), returns_of(returns, names)
        _, here, there = np.intersect1d(days, held.days, return_indices=True)
        alike = np.abs(earned[:, here] - held.returns[:, there]) <= SAME_RETURN
        if len(here) and alike.mean() > 0.99:
            if len(here) < len(held.days):
                union = np.union1d(days, held.days).astype(np.int32)
                whole, _ = onto(days, earned, union)
                whole[:, np.searchsorted(union, held.days)] = held.returns
                db.execute(
                    "UPDATE baskets SET days = ?, returns = ? WHERE id = ?",
                    (union.tobytes(), whole.tobytes(), number),
                )
            return int(number)
    if len(every) >= BASKETS:
        return None
    row = (market, names, held.days.tobytes(), np.ascontiguousarray(held.returns).tobytes())
    made = db.execute("INSERT INTO baskets (market, names, days, returns) VALUES (?, ?, ?, ?)", row)
    return made.lastrowid


def keep_leaders(
    db: sqlite3.Connection, scope: tuple[Any, ...], sketches: Single, month: int
) -> None:
    """Keep the trials that are ideas of their own."""
    market, family, _, first, last = scope
    query = "SELECT month, sketch FROM leader WHERE market = ?"
    known = [Leader(at, array_of(blob, "<f4")) for at, blob in db.execute(query, (market,))]
    db.executemany(
        "INSERT INTO leader VALUES (?, ?, ?, ?, ?, ?)",
        [
            (market, family, first, last, month, sketches[row].astype("<f4").tobytes())
            for row in new_leaders(sketches, month, known)
        ],
    )


def different(values: np.ndarray) -> np.ndarray:
    """Return different values, sorted; for a million random numbers quicker than `np.unique`."""
    ordered = np.sort(values)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if len(ordered) else ordered


def returns_of(blob: bytes, names: str) -> Single:
    """Return what each of some baskets earned, basket × session."""
    return array_of(blob, "<f4").reshape(len(json.loads(names)), -1)


def array_of(blob: bytes, kind: str) -> np.ndarray:
    """Return the numbers of a field."""
    return np.frombuffer(blob, dtype=kind)


def onto(days: Days, returns: Single, wanted: Days) -> tuple[Single, np.ndarray]:
    """Return returns on other sessions, 0 where there is none, and where there is one."""
    place = np.minimum(np.searchsorted(days, wanted), len(days) - 1)
    there = days[place] == wanted
    found: Single = np.where(there, returns[:, place], np.float32(0.0))
    return found, there
