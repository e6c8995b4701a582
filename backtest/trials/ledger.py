"""Ledger: every trial ever made, with what it held and what that earned; nothing is forgotten.

How good a backtest is depends on the number of trials, so it is kept.
So each evaluation, by shell, script, notebook or board, is recorded in one SQLite file in the
store's folder: by what strategy (its source), with what parameters, costs and fill, on what market.
A market is its lineage and not one snapshot: later sessions, a fetch again or another window belong
to the same record, and windows that overlap count for each other.

Each trial of a rotation leaves its signal, packed (`backtest.trials.packed`), so that all trials
ever made can be tested together; its active returns by month say whether it is an idea of its own
(`backtest.trials.leaders`). Of more than `tables.KEPT` trials of a market those with the lowest
fingerprints keep their signals, which is an even sample of all; every trial stays counted.

Ledgers of versions that kept counts only are read: their trials count, each as one of its own,
since what they held is not known.

Each `record` is one transaction in write-ahead mode: several processes may write at once, readers
never wait, and a process killed loses the chunk it was writing and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from backtest.home import home
from backtest.trials.database import connected, writing
from backtest.trials.packed import unpack
from backtest.trials.tables import (
    array_of,
    different,
    keep_leaders,
    keep_signals,
    market_of,
    market_read,
    old_counts,
    onto,
    prints_of,
    returns_of,
)
from backtest.trials.tried import Days, Held, Lineage, Tried

# Who asks for trials, where it is not the person at the keyboard.
_ASKER: ContextVar[str] = ContextVar("asker", default="")


@contextmanager
def asked_by(name: str) -> Iterator[None]:
    """Record a name with every trial made inside."""
    token = _ASKER.set(name)
    try:
        yield
    finally:
        _ASKER.reset(token)


def with_asker(origin: str) -> str:
    """Return what tried something, with who asked for it: "run", or "run (agent: NAME)"."""
    asker = _ASKER.get()
    return f"{origin} ({asker})" if asker else origin


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
        prints = different(np.ascontiguousarray(tried.prints[:, 0], dtype=np.uint64))
        blob = prints.view(np.int64).tobytes()
        digest = blake2b(blob, digest_size=16).digest()
        with writing(self.path) as db:
            market = market_of(db, lineage)
            scope = (market, tried.family, tried.source, tried.first, tried.last)
            made = datetime.now(UTC).isoformat(timespec="seconds")
            db.execute(
                "INSERT OR IGNORE INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*scope, made, with_asker(origin), digest, blob),
            )
            own = tried.prints[:, 0].astype(np.uint64).view(np.int64)
            for held in tried.held:
                keep_signals(db, market, held, own)
            if tried.sketches is not None and len(tried.sketches):
                keep_leaders(db, scope, tried.sketches, tried.month)

    def known(self, lineage: Lineage, tried: Tried) -> np.ndarray:
        """Say which variants this market has been tried with, in any window."""
        if not self.path.exists():
            return np.zeros(len(tried.prints), dtype=bool)
        with connected(self.path) as db:
            market = market_read(db, lineage)
            seen = prints_of(db, "SELECT prints FROM batch WHERE market = ?", (market,))
        return np.isin(tried.prints[:, 0].view(np.int64), seen)

    def count(self, lineage: Lineage, first: str, last: str) -> Count:
        """Return how many trials a market has seen in windows that overlap `first` … `last`."""
        if not self.path.exists():
            return Count(0, 0, 0)
        with connected(self.path) as db:
            market = market_read(db, lineage)
            span = (market, last, first)
            overlapping = "WHERE market = ? AND first <= ? AND last >= ?"
            prints = prints_of(db, f"SELECT prints FROM batch {overlapping}", span)
            (leaders,) = db.execute(f"SELECT COUNT(*) FROM leader {overlapping}", span).fetchone()
            unknown = sum(
                row["count"]
                for row in old_counts(db)
                if row["market"] == market and row["first"] <= last and row["last"] >= first
            )
        trials = len(different(prints))
        return Count(trials + unknown, min(max(leaders, bool(trials)), trials) + unknown, unknown)

    def held(self, lineage: Lineage, days: Days) -> list[Held]:
        """Return every signal on record that says something on the sessions given, by baskets.

        Returns are 0, and codes −1, on sessions that are not on record.
        """
        if not self.path.exists():
            return []
        found = []
        with connected(self.path) as db:
            market = market_read(db, lineage)
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
                earned, there = onto(array_of(on, "<i4"), returns_of(returns, names), days)
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
                row["prints"].append(array_of(blob, "<i8"))
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
                    "count": len(different(np.concatenate(row["prints"]))),
                    "effective": row["effective"],
                    "first_made": min(row["made"]),
                    "last_made": max(row["made"]),
                    "origins": sorted(row["origins"]),
                    "known": True,
                }
                for (market, family, first, last), row in rows.items()
            ]
            unknown = {"first_made": None, "last_made": None, "origins": ["an earlier version"]}
            found += [
                {
                    "family": row["family"],
                    "market": names.get(row["market"], f"snapshot {row['snapshot'][:12]}"),
                    "window": [row["first"], row["last"]],
                    "count": row["count"],
                    "effective": row["count"],
                    **unknown,
                    "known": False,
                }
                for row in old_counts(db)
            ]
        return sorted(found, key=lambda row: (row["market"], row["family"], row["window"]))

    def opened(self, lineage: Lineage, day: str, family: str, parameters: str) -> None:
        """Record that sessions kept out of a choice, from `day` on, were looked at."""
        with writing(self.path) as db:
            made = datetime.now(UTC).isoformat(timespec="seconds")
            row = (market_of(db, lineage), day, made, family, parameters)
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
            rows = db.execute(query, (market_read(db, lineage),)).fetchall()
        return tuple(Opening(*row) for row in rows)
