"""The ledger: exact, shared by processes, and still right after a kill."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.trials.fingerprints import fingerprints
from backtest.trials.ledger import Ledger

WINDOW = ("2015-01-05", "2024-12-31")

WRITER = """
import sys
from pathlib import Path
import numpy as np
from backtest.trials.fingerprints import fingerprints
from backtest.trials.ledger import Ledger

ledger = Ledger(Path(sys.argv[1]))
first, chunks = int(sys.argv[2]), int(sys.argv[3])
for chunk in range(first, first + chunks):
    tried = fingerprints({"window": np.arange(chunk * 100, chunk * 100 + 100)})
    ledger.record("Rotation", "snapshot", ("2015-01-05", "2024-12-31"), tried)
    print(chunk, flush=True)
"""


def start_writer(path: Path, first: int, chunks: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(first), str(chunks)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_variant_counts_once_in_its_scope(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "deep" / "ledger.sqlite3")
    assert ledger.count("Rotation", "a", WINDOW) == 0
    tried = fingerprints({"window": [20, 60, 60, 120]})
    assert ledger.record("Rotation", "a", WINDOW, tried) == 3
    assert ledger.record("Rotation", "a", WINDOW, tried[1:]) == 0
    later = (pd.Timestamp("2020-01-02"), pd.Timestamp("2024-12-31"))
    assert ledger.record("Rotation", "a", later, fingerprints({"window": [20, 250]})) == 2
    assert ledger.record("Rotation", "b", WINDOW, tried) == 3
    assert ledger.record("Momentum", "a", WINDOW, tried[:1]) == 1
    assert ledger.count("Rotation", "a", WINDOW) == 3
    assert ledger.count("Rotation", "a", ("2020-01-02", "2024-12-31")) == 2
    assert ledger.count("Rotation", "a") == 4  # 20, 60, 120 and 250
    assert ledger.count("Nothing", "a", WINDOW) == 0


def test_other_costs_are_another_trial(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    for costs in ("etf", "free", "etf"):
        tried = fingerprints({"window": [20, 60], "costs": costs, "fill": "open"})
        ledger.record("Rotation", "a", WINDOW, tried)
    assert ledger.count("Rotation", "a", WINDOW) == 4


def test_counting_makes_no_file(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "ledger.sqlite3").count("Rotation", "a") == 0
    assert not list(tmp_path.iterdir())


def test_several_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"  # new, so they also race to create it
    writers = [start_writer(path, first, 8) for first in (0, 4, 8)]
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    assert Ledger(path).count("Rotation", "snapshot", WINDOW) == 1600


def test_a_killed_process_loses_at_most_its_chunk(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    writer = start_writer(path, 0, 100_000)
    assert writer.stdout is not None
    for _ in range(5):
        done = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split()
    writer.wait(timeout=30)
    writer.stdout.close()
    done = int(rest[-1]) if rest else done
    kept = Ledger(path).count("Rotation", "snapshot", WINDOW)
    assert kept in {(done + 1) * 100, (done + 2) * 100}
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_failure_leaves_nothing_of_the_chunk(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    with pytest.raises(UserError, match="cannot be used"):
        ledger.record("Rotation", "a", WINDOW, np.zeros((2, 3), dtype=np.uint64))
    assert ledger.count("Rotation", "a", WINDOW) == 0


def test_a_file_that_is_no_ledger_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_text("not a database, but long enough to look like one\n" * 40)
    with pytest.raises(UserError, match="NQP_HOME"):
        Ledger(path).count("Rotation", "a")


def test_it_lives_in_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NQP_HOME", str(tmp_path))
    assert Ledger.at_home().path == tmp_path / "ledger.sqlite3"
