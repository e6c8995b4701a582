"""The ledger: exact, shared by processes, right after a kill, and forgetting nothing."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.trials.fingerprints import fingerprints
from backtest.trials.ledger import Ledger
from backtest.trials.tried import Held, Lineage, Tried, active_returns, by_month, days_of

FIRST, LAST = "2015-01-05", "2024-12-31"
MARKET = Lineage("sectors", "shenwan", ("801010", "801080"), "a" * 64)
NONE = np.empty((0, 0), dtype=np.float32)

WRITER = """
import sys
from pathlib import Path
import numpy as np
from tests.trials.test_ledger import MARKET, some
from backtest.trials.ledger import Ledger

ledger = Ledger(Path(sys.argv[1]))
first, chunks = int(sys.argv[2]), int(sys.argv[3])
for chunk in range(first, first + chunks):
    tried = some({"window": np.arange(chunk * 100, chunk * 100 + 100)})
    ledger.record(MARKET, tried, origin="sweep")
    print(chunk, flush=True)
"""


def some(parameters: dict[str, object], **changes: object) -> Tried:
    tried = Tried("Rotation", "strategies:Rotation 1", fingerprints(parameters), FIRST, LAST)
    return replace(tried, **changes)


def signals(
    seed: int, variants: int, *, first: str = FIRST, last: str = LAST, flips: float = 0.02
) -> Held:
    """Return random signals over two baskets whose returns depend on nothing but the date."""
    days = days_of(pd.bdate_range(first, last))
    every = days_of(pd.bdate_range("2010-01-01", "2030-01-01"))
    earned = np.random.default_rng(0).normal(0.0, 0.01, (2, len(every))).astype(np.float32)
    made = np.random.default_rng(seed)
    codes = (np.cumsum(made.random((variants, len(every))) < flips, axis=1) % 2).astype(np.int8)
    here = np.isin(every, days)
    rows = np.arange(variants)
    return Held(days, ("old", "new"), earned[:, here], rows, codes[:, here])


def with_signals(parameters: dict[str, object], held: Held, **changes: object) -> Tried:
    month, sketches = by_month(held.days, active_returns(held.codes, held.returns))
    return some(parameters, held=(held,), month=month, sketches=sketches, **changes)


def start_writer(path: Path, first: int, chunks: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(first), str(chunks)],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "deep" / "ledger.sqlite3")


def test_a_variant_counts_once(ledger: Ledger) -> None:
    assert ledger.count(MARKET, FIRST, LAST).trials == 0
    tried = some({"window": [20, 60, 60, 120]})
    for _ in range(2):
        ledger.record(MARKET, tried, origin="sweep")
    ledger.record(MARKET, replace(tried, prints=tried.prints[1:]), origin="sweep")
    assert ledger.count(MARKET, FIRST, LAST).trials == 3
    assert ledger.known(MARKET, some({"window": [60, 61]})).tolist() == [True, False]
    ledger.record(MARKET, some({"window": [20, 250]}, first="2020-01-02"), origin="sweep")
    assert ledger.count(MARKET, FIRST, LAST).trials == 4


def test_other_costs_and_other_families_are_other_trials(ledger: Ledger) -> None:
    for costs in ("etf", "free", "etf"):
        ledger.record(MARKET, some({"window": [20, 60], "costs": costs}), origin="run")
    assert ledger.count(MARKET, FIRST, LAST).trials == 4
    ledger.record(MARKET, some({"lookback": [20]}, family="Momentum"), origin="run")
    assert ledger.count(MARKET, FIRST, LAST).trials == 5


def test_windows_that_overlap_count_and_others_do_not(ledger: Ledger) -> None:
    ledger.record(MARKET, some({"window": [20]}, last="2019-12-31"), origin="run")
    ledger.record(MARKET, some({"window": [60]}, first="2020-01-02"), origin="run")
    assert ledger.count(MARKET, "2015-01-05", "2018-12-31").trials == 1
    assert ledger.count(MARKET, "2019-12-31", "2024-12-31").trials == 2
    assert ledger.count(MARKET, "2025-01-02", "2025-12-31").trials == 0


@pytest.mark.parametrize(
    ("changes", "trials"),
    [
        ({"content": "b" * 64}, 1),  # more sessions, or fetched again
        ({"name": "renamed"}, 1),  # the same content under another name
        ({"name": "other", "content": "b" * 64}, 0),
        ({"instruments": ("801010",), "content": "b" * 64}, 0),
    ],
)
def test_a_market_is_a_lineage(ledger: Ledger, changes: dict[str, object], trials: int) -> None:
    ledger.record(MARKET, some({"window": [20]}), origin="run")
    assert ledger.count(replace(MARKET, **changes), FIRST, LAST).trials == trials


def test_signals_come_back_as_they_were(ledger: Ledger) -> None:
    held = signals(1, 5)
    ledger.record(MARKET, with_signals({"window": np.arange(5)}, held), origin="sweep")
    (found,) = ledger.held(MARKET, held.days)
    assert found.names == held.names
    assert sorted(map(bytes, found.codes)) == sorted(map(bytes, held.codes))
    np.testing.assert_allclose(found.returns, held.returns)
    (part,) = ledger.held(MARKET, held.days[100:300])
    assert sorted(map(bytes, part.codes)) == sorted(map(bytes, held.codes[:, 100:300]))


def test_a_variant_seen_in_two_windows_has_one_signal_over_both(ledger: Ledger) -> None:
    early, late = signals(1, 1, last="2019-12-31"), signals(1, 1, first="2019-06-03")
    for held in (early, late):
        ledger.record(MARKET, with_signals({"window": [20]}, held), origin="run")
    whole = signals(1, 1)
    (found,) = ledger.held(MARKET, whole.days)
    np.testing.assert_array_equal(found.codes, whole.codes)
    np.testing.assert_allclose(found.returns, whole.returns)


def test_what_is_not_on_record_is_not_known(ledger: Ledger) -> None:
    held = signals(1, 1, first="2018-01-02", last="2019-12-31")
    ledger.record(MARKET, with_signals({"window": [20]}, held), origin="run")
    days = days_of(pd.bdate_range(FIRST, LAST))
    (found,) = ledger.held(MARKET, days)
    inside = np.isin(days, held.days)
    assert (found.codes[0, ~inside] == -1).all()
    assert (found.codes[0, inside] == held.codes[0]).all()
    assert ledger.held(MARKET, days_of(pd.bdate_range("2021-01-04", "2021-12-31"))) == []


def test_effective_trials_never_fall(ledger: Ledger) -> None:
    made = np.random.default_rng(4)
    seen = 0
    for number in range(12):  # sweeps, refinements round one variant, and the same ones again
        held = signals(int(made.integers(5)), 6)
        codes = held.codes.copy()
        codes[3:] = codes[0]
        codes[3:, : int(made.integers(1, 400))] ^= 1
        tried = with_signals({"window": np.arange(6) + 10 * number}, replace(held, codes=codes))
        ledger.record(MARKET, tried, origin="sweep")
        now = ledger.count(MARKET, FIRST, LAST)
        assert now.effective >= seen
        assert now.effective <= now.trials
        seen = now.effective
    assert 5 <= seen <= 40


def test_near_copies_are_one_idea_and_opposites_two(ledger: Ledger) -> None:
    held = signals(3, 1)
    codes = np.repeat(held.codes, 50, axis=0)
    codes[np.arange(50), np.arange(50) * 20] ^= 1
    many = replace(held, codes=codes, rows=np.arange(50))
    ledger.record(MARKET, with_signals({"window": np.arange(50)}, many), origin="sweep")
    assert ledger.count(MARKET, FIRST, LAST).effective == 1
    other = replace(held, codes=1 - held.codes)
    ledger.record(MARKET, with_signals({"window": [99]}, other), origin="run")
    assert ledger.count(MARKET, FIRST, LAST).effective == 2


def test_independent_ideas_count_one_each(ledger: Ledger) -> None:
    held = signals(7, 40)
    ledger.record(MARKET, with_signals({"window": np.arange(40)}, held), origin="sweep")
    assert ledger.count(MARKET, FIRST, LAST).effective == 40


def test_only_so_many_signals_are_kept_but_all_count(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtest.trials.tables.KEPT", 30)
    for number in range(3):
        held = signals(number, 20)
        tried = with_signals({"window": np.arange(20) + 20 * number}, held)
        ledger.record(MARKET, tried, origin="sweep")
    assert ledger.count(MARKET, FIRST, LAST).trials == 60
    (found,) = ledger.held(MARKET, held.days)
    assert len(found.codes) == 30


def test_signals_take_a_hundred_bytes_each(ledger: Ledger) -> None:
    held = signals(5, 2_000, flips=0.015)
    tried = with_signals({"window": np.arange(2_000)}, held)
    few = replace(tried, sketches=tried.sketches[:100] if tried.sketches is not None else None)
    ledger.record(MARKET, few, origin="sweep")
    assert ledger.path.stat().st_size < 1.2e6
    (found,) = ledger.held(MARKET, held.days)
    assert len(found.codes) == 2_000


def old_ledger(path: Path) -> None:
    """Write a ledger as the version before kept it: scopes, and fingerprints without signals."""
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE scope (
                id INTEGER PRIMARY KEY,
                family TEXT NOT NULL, snapshot TEXT NOT NULL, first TEXT NOT NULL,
                last TEXT NOT NULL, UNIQUE (family, snapshot, first, last)
            );
            CREATE TABLE variant (
                scope INTEGER NOT NULL REFERENCES scope (id),
                high INTEGER NOT NULL, low INTEGER NOT NULL, PRIMARY KEY (scope, high, low)
            ) WITHOUT ROWID;
            """
        )
        scopes = [(1, "Rotation", "a" * 64, FIRST, LAST), (2, "Old", "f" * 64, FIRST, LAST)]
        connection.executemany("INSERT INTO scope VALUES (?, ?, ?, ?, ?)", scopes)
        connection.executemany(
            "INSERT INTO variant VALUES (?, ?, ?)", [(1 + n % 2, n, -n) for n in range(20)]
        )
    connection.close()


def test_an_old_ledger_is_read_and_its_counts_are_trials_of_unknown_signal(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    old_ledger(path)
    ledger = Ledger(path)
    ledger.record(MARKET, some({"window": [20, 60]}), origin="sweep")
    found = ledger.count(MARKET, FIRST, LAST)
    assert (found.trials, found.unknown, found.effective) == (12, 10, 11)
    rows = {(row["family"], row["market"]): row for row in ledger.overview()}
    assert rows["Rotation", "sectors"]["count"] in (2, 10)
    assert rows["Old", "snapshot ffffffffffff"]["count"] == 10
    assert [row["known"] for row in ledger.overview()].count(False) == 2


def test_the_overview_lists_families_windows_and_where_from(ledger: Ledger) -> None:
    ledger.record(MARKET, some({"window": [20, 60]}), origin="sweep")
    ledger.record(MARKET, some({"window": [60, 90]}), origin="run")
    ledger.record(MARKET, some({"lookback": [5]}, family="Momentum"), origin="board")
    first, second = ledger.overview()
    assert (first["family"], first["count"], first["origins"]) == ("Momentum", 1, ["board"])
    assert (second["count"], second["window"]) == (3, [FIRST, LAST])
    assert second["origins"] == ["run", "sweep"]


def test_a_copy_of_the_store_carries_its_ledger(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record(MARKET, with_signals({"window": [20]}, signals(1, 1)), origin="run")
    shutil.copytree(ledger.path.parent, tmp_path / "copy")
    copy = Ledger(tmp_path / "copy" / "ledger.sqlite3")
    assert copy.count(MARKET, FIRST, LAST) == ledger.count(MARKET, FIRST, LAST)
    assert len(copy.held(MARKET, signals(1, 1).days)) == 1


def test_counting_makes_no_file(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "ledger.sqlite3").count(MARKET, FIRST, LAST).trials == 0
    assert not list(tmp_path.iterdir())


def test_several_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"  # new, so they also race to create it
    writers = [start_writer(path, first, 8) for first in (0, 4, 8)]
    for writer in writers:
        writer.communicate(timeout=600)
        assert writer.returncode == 0
    assert Ledger(path).count(MARKET, FIRST, LAST).trials == 1600


def test_a_killed_process_loses_at_most_its_chunk(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    writer = start_writer(path, 0, 100_000)
    assert writer.stdout is not None
    for _ in range(5):
        done = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split()
    writer.wait(timeout=600)
    writer.stdout.close()
    done = int(rest[-1]) if rest else done
    kept = Ledger(path).count(MARKET, FIRST, LAST).trials
    assert kept in {(done + 1) * 100, (done + 2) * 100}
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_failure_leaves_nothing_of_the_chunk(ledger: Ledger) -> None:
    wrong = replace(signals(1, 1), names=("old", "new", "third"))
    ledger.record(MARKET, with_signals({"window": [1]}, wrong), origin="run")
    broken = with_signals({"window": [2]}, replace(wrong, days=wrong.days[:10]))
    with pytest.raises((UserError, ValueError, IndexError)):
        ledger.record(MARKET, broken, origin="run")
    assert ledger.count(MARKET, FIRST, LAST).trials == 1


def test_a_file_that_is_no_ledger_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_text("not a database, but long enough to look like one\n" * 40)
    with pytest.raises(UserError, match="NQP_HOME"):
        Ledger(path).count(MARKET, FIRST, LAST)


def test_it_lives_in_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NQP_HOME", str(tmp_path))
    assert Ledger.at_home().path == tmp_path / "ledger.sqlite3"
