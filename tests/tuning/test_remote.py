"""Sweeps on a Dask cluster: a real scheduler and real workers, some of which are killed.

A kill at a task follows only once a second client has seen that a worker is at one: proved, not
hoped.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from distributed import Client
from optuna.storages import InMemoryStorage

from backtest.costs import ETF_COSTS
from backtest.errors import UserError
from backtest.tuning.remote import dask_engine, figures_here
from backtest.tuning.search import search
from backtest.tuning.space import Integer, Real, Variants, grid, sample
from backtest.tuning.trials import Progress
from backtest.tuning.work_parts import part_of, parts
from strategies import BreakthroughOverlay, RateRotation, SectorMomentum, ThesisRotation
from tests.command import Done, nqp
from tests.markets import make_market

MARKET = make_market(sessions=400, per_sector=2)
HOW = {"costs": ETF_COSTS, "fill": "open", "cash": 1e6, "first": 20}
RATES = {
    "fall_bp": [5.0, 10.0, 20.0],
    "fall_window": range(5, 65, 5),
    "rate_window": range(20, 120, 10),
    "rebalance": ["monthly", "quarterly"],
}
SEARCH = (
    *("tune", "rate-rotation", "--end", "2016-06-30", "--json", "--grid", "fall_window=20:60:5"),
    *("--trials", "8", "--storage"),
)
MANY = {"top": [1, 2], "skip": range(8)}


def silent(done: int) -> None:
    """Hear of progress."""


@dataclass
class Cluster:
    """A scheduler and workers in processes of their own."""

    folder: Path
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        file = self.folder / "scheduler.json"
        self.scheduler = self._dask(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)
        )
        _wait(file.exists)
        _wait(lambda: '"address"' in file.read_text())
        self.address = next(
            line.split('"')[3] for line in file.read_text().splitlines() if '"address"' in line
        )

    def add_worker(self) -> None:
        options = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
        self.workers.append(self._dask("worker", self.address, *options))

    def kill_worker(self) -> None:
        worker = self.workers.pop()
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def stop(self) -> None:
        for process in [*self.workers, self.scheduler]:
            if process is not None:
                process.send_signal(signal.SIGKILL)
                process.wait()

    def _dask(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard"],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env=os.environ | {"DASK_TEMPORARY_DIRECTORY": str(self.folder)},
            )


def _wait(holds: Callable[[], bool], seconds: float = 600.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    for wait in ("PATIENCE", "PROBE"):
        monkeypatch.setattr(f"backtest.tuning.remote.{wait}", 600.0)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


def here(variants: Variants) -> np.ndarray:
    return figures_here(variants, MARKET, **HOW, progress=silent)


def there(cluster: Cluster, variants: Variants, progress: Progress) -> np.ndarray:
    with dask_engine(cluster.address) as engine:
        return engine(variants, MARKET, **HOW, progress=progress)


def test_a_cluster_without_workers_is_a_sentence(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    variants = grid(RateRotation(), {"fall_window": [20, 40]})
    with dask_engine(cluster.address) as engine:
        monkeypatch.setattr("backtest.tuning.remote.PATIENCE", 0.5)
        with pytest.raises(UserError, match="has no workers; start some with 'dask worker tcp"):
            engine(variants, MARKET, **HOW, progress=silent)


def test_numbers_are_the_same_to_the_last_bit(cluster: Cluster) -> None:
    cluster.add_worker()
    cluster.add_worker()
    variants = grid(RateRotation(), RATES)
    done: list[int] = []
    found = there(cluster, variants, done.append)
    np.testing.assert_array_equal(found, here(variants))
    assert sum(done) == len(variants) == 720
    assert len(done) > 2


def test_a_search_proposes_the_same(cluster: Cluster) -> None:
    space = {"fall_bp": Real(2, 20), "fall_window": Integer(5, 60)}
    options = {"trials": 24, "batch": 12, "progress": silent}
    with dask_engine(cluster.address) as engine:
        remote = search(
            RateRotation(), space, MARKET, storage=InMemoryStorage(), engine=engine, **options
        )
    local = search(RateRotation(), space, MARKET, storage=InMemoryStorage(), **options)
    assert remote.trials.equals(local.trials)


def test_a_strategy_the_cluster_cannot_import_is_a_sentence(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text(
        "from strategies import RateRotation\nclass Mine(RateRotation):\n    pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import only_here  # type: ignore[import-not-found]

    variants = grid(only_here.Mine(), {"fall_window": [20, 40]})
    with pytest.raises(UserError, match="install this package and only_here on the scheduler"):
        there(cluster, variants, silent)


def test_a_mistake_in_a_variant_is_the_sentence_it_is_here(cluster: Cluster) -> None:
    variants = Variants(
        RateRotation(series="cn10y"), ("series",), (("cn10y", "nothing"),), np.array([[0], [1]])
    )
    with pytest.raises(UserError, match="has no series 'nothing'") as remote:
        there(cluster, variants, silent)
    with pytest.raises(UserError) as local:
        here(variants)
    assert str(remote.value) == str(local.value)


def _held_up(until: str) -> None:
    """Let every task of this worker wait until there is a file."""
    from backtest.tuning import remote

    fast = remote._figures

    def waiting(*given, **options):
        while not Path(until).exists():
            time.sleep(0.02)
        return fast(*given, **options)

    remote._figures = waiting


class Killer(threading.Thread):
    """Kills a process of a cluster once a worker is at a task; `at` says at which it was."""

    def __init__(self, cluster: Cluster, what: str, file: Path) -> None:
        super().__init__(daemon=True)
        self.cluster, self.what, self.file, self.at = cluster, what, file, ()
        self.ready = threading.Event()

    def run(self) -> None:
        with Client(self.cluster.address, set_as_default=False) as client:
            client.wait_for_workers(1)
            client.run(_held_up, str(self.file))
            self.ready.set()
            while not self.at:
                for tasks in client.processing().values():
                    self.at = self.at or tuple(task for task in tasks if "_figures" in task)
                time.sleep(0.02)
            if self.what == "worker":
                self.cluster.kill_worker()
            else:
                assert self.cluster.scheduler is not None
                self.cluster.scheduler.kill()
                self.cluster.scheduler.wait()
            self.file.touch()


def killed(cluster: Cluster, what: str, file: Path, *words: object) -> tuple[Done, tuple[str, ...]]:
    killer = Killer(cluster, what, file)
    killer.start()
    assert killer.ready.wait(600.0)
    done = nqp(*words, "--engine", "dask", "--address", cluster.address)
    killer.join(600.0)
    return done, killer.at


def test_a_worker_killed_at_a_task_changes_nothing(cluster: Cluster, tmp_path: Path) -> None:
    there, here = (f"sqlite:///{tmp_path / name}.sqlite3" for name in ("there", "here"))
    done, at = killed(cluster, "worker", tmp_path / "go", *SEARCH, there)
    assert at, "the worker was killed while it was at a task"
    assert done.returncode == 0, done.stderr
    local = nqp(*SEARCH, here)
    assert json.loads(done.stdout)["trials"] == json.loads(local.stdout)["trials"]


def test_its_only_worker_killed_and_a_new_one_changes_nothing(cluster: Cluster) -> None:
    # The market was on the killed one only, so it is sent again.
    assert len(cluster.workers) == 1
    variants = grid(SectorMomentum(windows=(20, 60)), MANY)
    done: list[int] = []

    def kill(count: int) -> None:
        if not done:
            cluster.kill_worker()
            cluster.add_worker()
        done.append(count)

    found = there(cluster, variants, kill)
    np.testing.assert_array_equal(found, here(variants))
    assert sum(done) == len(variants)


def test_a_scheduler_killed_at_a_task_is_a_sentence(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtest.tuning.remote.PATIENCE", 10.0)  # before it is taken for gone
    storage = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    done, at = killed(cluster, "scheduler", tmp_path / "go", *SEARCH, storage)
    assert at, "the scheduler was killed while a worker was at a task"
    assert (done.returncode, done.stdout) == (2, "")
    assert f"the Dask scheduler at {cluster.address} is gone" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "", "nonsense", "tcp://127.0.0.1:x"])
def test_an_address_where_nobody_is_is_a_sentence(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtest.tuning.remote.PROBE", 1.0)
    with pytest.raises(UserError, match="no Dask scheduler answers at"), dask_engine(address):
        pass


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UserError, match=r"pip install 'nqp-rotation\[dask\]'"), dask_engine("x"):
        pass


@pytest.mark.parametrize("threads", [1, 2, 7, 64])
def test_parts_keep_together_what_the_kernel_takes_together(threads: int) -> None:
    for strategy, space, count in (
        (RateRotation(), RATES, 700),
        (BreakthroughOverlay(), {"sigmas": Real(1.5, 3.0), "hold": range(5, 40)}, 300),
        (ThesisRotation(), {"overlay": Real(0.0, 0.3), "min_hold": range(1, 9)}, 200),
    ):
        variants = sample(strategy, space, count)
        cut = parts(variants, threads)
        assert sorted(np.concatenate(cut).tolist()) == list(range(count))
        for rows in cut:
            part = part_of(variants, rows)
            assert len(part) == len(rows)
            for number, row in enumerate(rows.tolist()):
                assert part.parameters(number) == variants.parameters(row)


def test_many_of_a_kind_stay_many() -> None:
    variants = grid(RateRotation(), RATES)
    schedule = variants.column("rebalance")
    cut = parts(variants, 64)
    assert len(cut) == 4
    for rows in cut:
        assert len(rows) >= 128
        assert len(set(schedule[rows])) == 1
