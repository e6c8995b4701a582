"""Ledger: every variant ever evaluated on a market, counted once.

The number of trials is what turns a good backtest into an ordinary one, and nobody remembers it.
So each evaluation, by shell, script or notebook, is recorded in one SQLite file in the store's
folder, under the strategy's family (its class), the market snapshot and the window. A variant is
known by the fingerprint of its parameters, costs and fill; the same one recorded twice counts once.

Each `record` is one transaction in write-ahead mode: several processes may write at once, readers
never wait, and a process killed loses the chunk it was writing and nothing else.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.home import home
from backtest.trials.fingerprints import Fingerprints

Window = tuple[str | date, str | date]

SCHEMA = """
CREATE TABLE IF NOT EXISTS scope (
    id INTEGER PRIMARY KEY,
    family TEXT NOT NULL, snapshot TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
    UNIQUE (family, snapshot, first, last)
);
CREATE TABLE IF NOT EXISTS variant (
    scope INTEGER NOT NULL REFERENCES scope (id),
    high INTEGER NOT NULL, low INTEGER NOT NULL,
    PRIMARY KEY (scope, high, low)
) WITHOUT ROWID;
"""
PATIENCE = 60.0  # seconds to wait for another process's transaction


@dataclass(frozen=True)
class Ledger:
    """The count of variants tried, in an SQLite file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from backtest.trials.fingerprints import fingerprints
    >>> window = ("2015-01-05", "2024-12-31")
    >>> with TemporaryDirectory() as folder:
    ...     ledger = Ledger(Path(folder) / "ledger.sqlite3")
    ...     tried = fingerprints({"window": [20, 60, 120], "drop": 0.5, "costs": "etf"})
    ...     ledger.record("RateRotation", "4f0c…", window, tried)
    ...     ledger.record("RateRotation", "4f0c…", window, tried[:2])
    ...     ledger.count("RateRotation", "4f0c…", window)
    3
    0
    3
    """

    path: Path

    @classmethod
    def at_home(cls) -> Ledger:
        """Return the ledger of this user's store (`NQP_HOME`)."""
        return cls(home() / "ledger.sqlite3")

    def record(self, family: str, snapshot: str, window: Window, tried: Fingerprints) -> int:
        """Record a chunk of variants; return how many of them had not been tried before.

        Parameters
        ----------
        family : str
            The strategy's class name.
        snapshot : str
            SHA-256 of the market snapshot.
        window : tuple
            First and last session.
        tried : array of uint64, variant × 2
            What `fingerprints` returns.
        """
        ordered = np.unique(np.ascontiguousarray(tried, dtype=np.uint64), axis=0).view(np.int64)
        with self._writing() as connection:
            scope = _scope(family, snapshot, window)
            connection.execute(
                "INSERT OR IGNORE INTO scope (family, snapshot, first, last) VALUES (?, ?, ?, ?)",
                scope,
            )
            (number,) = connection.execute(
                "SELECT id FROM scope WHERE (family, snapshot, first, last) = (?, ?, ?, ?)", scope
            ).fetchone()
            before = connection.total_changes
            connection.executemany(
                f"INSERT OR IGNORE INTO variant VALUES ({int(number)}, ?, ?)",
                zip(*ordered.T.tolist(), strict=True),
            )
            return connection.total_changes - before

    def count(self, family: str, snapshot: str, window: Window | None = None) -> int:
        """Return how many different variants were tried, in one window or in any.

        Over any window, a variant tried in two of them counts once.
        """
        if not self.path.exists():
            return 0
        with self._connection() as connection:
            if window is None:
                query = (
                    "SELECT COUNT(*) FROM (SELECT DISTINCT high, low FROM variant JOIN scope ON "
                    "scope.id = variant.scope WHERE (family, snapshot) = (?, ?))"
                )
                (found,) = connection.execute(query, (family, snapshot)).fetchone()
            else:
                query = (
                    "SELECT COUNT(*) FROM variant WHERE scope = (SELECT id FROM scope WHERE "
                    "(family, snapshot, first, last) = (?, ?, ?, ?))"
                )
                scope = _scope(family, snapshot, window)
                (found,) = connection.execute(query, scope).fetchone()
        return int(found)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection: sqlite3.Connection | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            _prepare(connection)
            yield connection
        except (sqlite3.Error, OSError) as error:
            raise UserError(
                f"the trial ledger {self.path} cannot be used ({error}); "
                f"set NQP_HOME to a folder you can write, or move the file away"
            ) from error
        finally:
            if connection is not None:
                connection.close()


def window_of(sessions: pd.DatetimeIndex) -> tuple[str, str]:
    """Return the first and the last session, as the ledger writes them."""
    return f"{sessions[0]:%Y-%m-%d}", f"{sessions[-1]:%Y-%m-%d}"


def _scope(family: str, snapshot: str, window: Window) -> tuple[str, str, str, str]:
    first, last = (f"{pd.Timestamp(day):%Y-%m-%d}" for day in window)
    return family, snapshot, first, last


def _prepare(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead mode and make the tables, unless another process just did.

    The switch needs the file for itself and, unlike a transaction, does not wait for it.
    """
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    until = time.monotonic() + PATIENCE
    while mode != "wal":
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
    connection.execute("PRAGMA synchronous = NORMAL")
    if connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0] < 2:
        connection.executescript(SCHEMA)
