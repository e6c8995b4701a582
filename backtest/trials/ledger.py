"""Ledger: every trial ever made, with what it held and what that earned; nothing is forgotten.

How good a backtest is depends on the number of trials, so it is kept.
So each evaluation, by shell, script, notebook or board, is recorded in one SQLite file in the
store's folder: by what strategy (its source), with what parameters, costs and fill, on what market.
A market is its lineage and not one snapshot: later sessions, a fetch again or another window belong
to the same record, and windows that overlap count for each other.

Each trial of a rotation leaves its signal, packed (`backtest.trials.packed`), so that all trials
ever made can be tested together; its active returns by month say whether it is an idea of its own
(`backtest.trials.leaders`). Of more than `KEPT` trials of a market those with the lowest
fingerprints keep their signals, which is an even sample of all; every trial stays counted.

Ledgers of versions that kept counts only are read: their trials count, each as one of its own,
since what they held is not known.

Each `record` is one transaction in write-ahead mode: several processes may write at once, readers
never wait, and a process killed loses the chunk it was writing and nothing else.
"""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from backtest.home import home
from backtest.trials.asker import with_asker
from backtest.trials.database import connected, writing
from backtest.trials.leaders import Leader, new_leaders
from backtest.trials.packed import joined, pack, unpack
from backtest.trials.tried import Days, Held, Lineage, Single, Tried

KEPT = 20_000  # signals kept of one market
BASKETS = 256  # sets of baskets kept of one market
ASKED = 500  # signals asked for in one query
SAME_RETURN = 2e-6  # float32 returns nearer than this are of the same baskets


@dataclass(frozen=True)
class Count:
    """How many trials a market has seen in the windows that overlap one.

    Attributes
    ----------
    trials : int
        Different variants tried.
    effective : int
        Independent ideas among them; it never falls.
    unknown : int
        Trials among them of which only the number is known.
    """

    trials: int
    effective: int
    unknown: int


@dataclass(frozen=True)
class Opening:
    """One look at sessions that were kept out of a choice.

    Attributes
    ----------
    day : str
        The first session kept out.
    made : str
        When it was looked at, UTC.
    family, parameters : str
        With which variant.
    """

    day: str
    made: str
    family: str
    parameters: str

    @property
    def variant(self) -> tuple[str, str]:
        """What was looked at."""
        return self.family, self.parameters


@dataclass(frozen=True)
class Ledger:
    """All trials made, in an SQLite file."""

    path: Path

    @classmethod
    def at_home(cls) -> Ledger:
        """Return the ledger of this user's store (`NQP_HOME`)."""
        return cls(home() / "ledger.sqlite3")

    def record(self, lineage: Lineage, tried: Tried, *, origin: str) -> None:
        """Record some variants as tried; what was recorded before changes nothing.

        Parameters
        ----------
        origin : str
            What tried them: "run", "sweep" …
        """
        prints = _different(np.ascontiguousarray(tried.prints[:, 0], dtype=np.uint64))
        blob = prints.view(np.int64).tobytes()
        digest = blake2b(blob, digest_size=16).digest()
        with writing(self.path) as db:
            market = _market(db, lineage)
            scope = (market, tried.family, tried.source, tried.first, tried.last)
            made = datetime.now(UTC).isoformat(timespec="seconds")
            db.execute(
                "INSERT OR IGNORE INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*scope, made, with_asker(origin), digest, blob),
            )
            own = tried.prints[:, 0].astype(np.uint64).view(np.int64)
            for held in tried.held:
                _keep_signals(db, market, held, own)
            if tried.sketches is not None and len(tried.sketches):
                _keep_leaders(db, scope, tried.sketches, tried.month)

    def known(self, lineage: Lineage, tried: Tried) -> np.ndarray:
        """Say which variants this market has been tried with, in any window."""
        if not self.path.exists():
            return np.zeros(len(tried.prints), dtype=bool)
        with connected(self.path) as db:
            market = _market_read(db, lineage)
            seen = _prints(db, "SELECT prints FROM batch WHERE market = ?", (market,))
        found: np.ndarray = np.isin(tried.prints[:, 0].view(np.int64), seen)
        return found

    def count(self, lineage: Lineage, first: str, last: str) -> Count:
        """Return how many trials a market has seen in windows that overlap `first` … `last`."""
        if not self.path.exists():
            return Count(0, 0, 0)
        with connected(self.path) as db:
            market = _market_read(db, lineage)
            span = (market, last, first)
            overlapping = "WHERE market = ? AND first <= ? AND last >= ?"
            prints = _prints(db, f"SELECT prints FROM batch {overlapping}", span)
            (leaders,) = db.execute(f"SELECT COUNT(*) FROM leader {overlapping}", span).fetchone()
            unknown = sum(
                row["count"]
                for row in _old(db)
                if row["market"] == market and row["first"] <= last and row["last"] >= first
            )
        trials = len(_different(prints))
        return Count(trials + unknown, min(max(leaders, bool(trials)), trials) + unknown, unknown)

    def held(self, lineage: Lineage, days: Days) -> list[Held]:
        """Return every signal on record that says something on the sessions given, by baskets.

        Returns are 0, and codes −1, on sessions that are not on record.
        """
        if not self.path.exists():
            return []
        found = []
        with connected(self.path) as db:
            market = _market_read(db, lineage)
            for number, names, on, returns in db.execute(
                "SELECT id, names, days, returns FROM baskets WHERE market = ?", (market,)
            ).fetchall():
                rows = db.execute(
                    "SELECT runs, reach, made FROM signal WHERE market = ? AND baskets = ? "
                    "ORDER BY made DESC",
                    (market, number),
                ).fetchall()
                first = {runs: made for runs, _, made in rows}  # the same signal: its first time
                codes = unpack(list(first), days)
                earned, there = _onto(_array(on, "<i4"), _returns(returns, names), days)
                codes[:, ~there] = -1
                told = (codes >= 0).any(axis=1)
                codes, made = codes[told], np.array(list(first.values()), dtype=np.int64)[told]
                if len(codes):
                    every = np.arange(len(codes))
                    reach = max(reach for _, reach, _ in rows)
                    known = tuple(json.loads(names))
                    found.append(Held(days, known, earned, every, codes, reach, made))
        return found

    def overview(self) -> list[dict[str, Any]]:
        """Return one row for each market, family and window: how many trials, when, from where."""
        if not self.path.exists():
            return []
        with connected(self.path) as db:
            names = dict(db.execute("SELECT id, name FROM market").fetchall())
            rows: dict[tuple[Any, ...], dict[str, Any]] = {}
            query = "SELECT market, family, first, last, made, origin, prints FROM batch"
            for market, family, first, last, made, origin, blob in db.execute(query):
                key = (market, family, first, last)
                row = rows.setdefault(
                    key, {"prints": [], "made": [], "origins": set(), "effective": 0}
                )
                row["prints"].append(_array(blob, "<i8"))
                row["made"].append(made)
                row["origins"].add(origin)
            query = "SELECT market, family, first, last, COUNT(*) FROM leader GROUP BY 1, 2, 3, 4"
            for *leading, count in db.execute(query):
                rows[tuple(leading)]["effective"] = count
            found = [
                {
                    "family": family,
                    "market": names[market],
                    "window": [first, last],
                    "count": len(_different(np.concatenate(row["prints"]))),
                    "effective": row["effective"],
                    "first_made": min(row["made"]),
                    "last_made": max(row["made"]),
                    "origins": sorted(row["origins"]),
                    "known": True,
                }
                for (market, family, first, last), row in rows.items()
            ]
            found += [
                {
                    "family": row["family"],
                    "market": names.get(row["market"], f"snapshot {row['snapshot'][:12]}"),
                    "window": [row["first"], row["last"]],
                    "count": row["count"],
                    "effective": row["count"],
                    "first_made": None,
                    "last_made": None,
                    "origins": ["an earlier version"],
                    "known": False,
                }
                for row in _old(db)
            ]
        return sorted(found, key=lambda row: (row["market"], row["family"], row["window"]))

    def opened(self, lineage: Lineage, day: str, family: str, parameters: str) -> None:
        """Record that sessions kept out of a choice, from `day` on, were looked at."""
        with writing(self.path) as db:
            made = datetime.now(UTC).isoformat(timespec="seconds")
            row = (_market(db, lineage), day, made, family, parameters)
            db.execute("INSERT INTO opening VALUES (?, ?, ?, ?, ?)", row)

    def openings(self, lineage: Lineage) -> tuple[Opening, ...]:
        """Return every look at a holdout of this market, the first one first.

        Holdouts run to the market's end, so all of them have sessions in common.
        """
        if not self.path.exists():
            return ()
        with connected(self.path) as db:
            query = (
                "SELECT day, made, family, parameters FROM opening WHERE market = ? "
                "ORDER BY made, rowid"
            )
            rows = db.execute(query, (_market_read(db, lineage),)).fetchall()
        return tuple(Opening(*row) for row in rows)


def _market(db: sqlite3.Connection, lineage: Lineage) -> int:
    """Return a market's number, and note its lineage and content if they are new."""
    named = (lineage.name, lineage.universe, json.dumps(sorted(lineage.instruments)))
    known = _market_read(db, lineage)
    if known < 0:
        db.execute("INSERT INTO market (name, universe, instruments) VALUES (?, ?, ?)", named)
        known = _market_read(db, lineage)
    db.execute("INSERT OR IGNORE INTO content VALUES (?, ?)", (lineage.content, known))
    return known


def _market_read(db: sqlite3.Connection, lineage: Lineage) -> int:
    """Return the number of a market that has this content or this lineage; −1 if there is none."""
    row = db.execute("SELECT market FROM content WHERE snapshot = ?", (lineage.content,)).fetchone()
    if row is None or not lineage.content:
        named = (lineage.name, lineage.universe, json.dumps(sorted(lineage.instruments)))
        query = "SELECT id FROM market WHERE (name, universe, instruments) = (?, ?, ?)"
        row = db.execute(query, named).fetchone()
    return -1 if row is None else int(row[0])


def _old(db: sqlite3.Connection) -> list[dict[str, Any]]:
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


def _prints(db: sqlite3.Connection, query: str, values: tuple[Any, ...]) -> np.ndarray:
    blobs = [_array(blob, "<i8") for (blob,) in db.execute(query, values)]
    return np.concatenate(blobs) if blobs else np.empty(0, dtype=np.int64)


def _keep_signals(db: sqlite3.Connection, market: int, held: Held, prints: np.ndarray) -> None:
    # A record of two sessions holds nothing overnight.
    number = _baskets(db, market, held) if len(held.days) else None
    if number is None:
        return
    names = prints[held.rows].tolist()
    kept: dict[int, tuple[bytes, int]] = {}
    for start in range(0, len(names), ASKED):
        some = names[start : start + ASKED]
        query = "SELECT print, runs, made FROM signal WHERE market = ? AND print IN "
        found = db.execute(f"{query}({_marks(some)})", (market, *some))
        kept.update({name: (runs, made) for name, runs, made in found})
    rows = []
    now = time.time_ns() // 1000
    times = [now] * len(names) if held.made is None else held.made.tolist()
    for name, runs, made in zip(names, pack(held.codes, held.days), times, strict=True):
        old, first = kept.get(name, (None, made))  # what is tried again was made the first time
        whole = runs if old is None else joined(old, runs)
        rows.append((market, name, number, held.reach, whole, first))
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
        days, earned = _array(on, "<i4"), _returns(returns, names)
        _, here, there = np.intersect1d(days, held.days, return_indices=True)
        alike = np.abs(earned[:, here] - held.returns[:, there]) <= SAME_RETURN
        if len(here) and alike.mean() > 0.99:
            if len(here) < len(held.days):
                union = np.union1d(days, held.days).astype(np.int32)
                whole, _ = _onto(days, earned, union)
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


def _keep_leaders(
    db: sqlite3.Connection, scope: tuple[Any, ...], sketches: Single, month: int
) -> None:
    market, family, _, first, last = scope
    query = "SELECT month, sketch FROM leader WHERE market = ?"
    known = [Leader(at, _array(blob, "<f4")) for at, blob in db.execute(query, (market,))]
    db.executemany(
        "INSERT INTO leader VALUES (?, ?, ?, ?, ?, ?)",
        [
            (market, family, first, last, month, sketches[row].astype("<f4").tobytes())
            for row in new_leaders(sketches, month, known)
        ],
    )


def _marks(values: list[int]) -> str:
    return ", ".join("?" * len(values))


def _different(values: np.ndarray) -> np.ndarray:
    """Return different values, sorted; for a million random numbers quicker than `np.unique`."""
    ordered = np.sort(values)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if len(ordered) else ordered


def _returns(blob: bytes, names: str) -> Single:
    return _array(blob, "<f4").reshape(len(json.loads(names)), -1)


def _array(blob: bytes, kind: str) -> np.ndarray:
    return np.frombuffer(blob, dtype=kind)


def _onto(days: Days, returns: Single, wanted: Days) -> tuple[Single, np.ndarray]:
    """Return returns on other sessions, 0 where there is none, and where there is one."""
    place = np.minimum(np.searchsorted(days, wanted), len(days) - 1)
    there = days[place] == wanted
    found: Single = np.where(there, returns[:, place], np.float32(0.0))
    return found, there
