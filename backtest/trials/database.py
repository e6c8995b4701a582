"""The ledger's SQLite file: its tables, its transactions, what is said when it is of no use."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from backtest.errors import UserError

SCHEMA = (files("backtest.trials") / "ledger.sql").read_text(encoding="utf-8")
TABLES = SCHEMA.count("CREATE TABLE")
PATIENCE = 60.0  # seconds to wait for another process's transaction


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one transaction."""
    with connected(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, made if it is not there.

    Raises
    ------
    UserError
        If it is no ledger, or cannot be read or written.
    """
    connection: sqlite3.Connection | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        _prepare(connection)
        yield connection
    except (sqlite3.Error, OSError) as error:
        raise UserError(
            "the trial ledger {path} cannot be used ({error}); set NQP_HOME to a folder you can "
            "write, or move the file away",
            path=path,
            error=error,
        ) from error
    finally:
        if connection is not None:
            connection.close()


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
    named = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN "
    wanted = "('market', 'content', 'batch', 'baskets', 'signal', 'leader', 'opening')"
    if connection.execute(named + wanted).fetchone()[0] < TABLES:
        connection.executescript(SCHEMA)
    if not connection.execute(
        "SELECT 1 FROM pragma_table_info('signal') WHERE name = 'made'"
    ).fetchone():  # an earlier version's, or another process just added it
        with suppress(sqlite3.OperationalError):
            connection.execute("ALTER TABLE signal ADD COLUMN made INTEGER NOT NULL DEFAULT 0")
