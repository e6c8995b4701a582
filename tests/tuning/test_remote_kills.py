"""Workers and schedulers killed while they are at a task of a sweep or a search: proved, not hoped.

A second client watches what every worker is at; the kill follows only once there is something.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from tests.command import Done, nqp
from tests.tuning.test_remote import Cluster

SWEEP = ("tune", "rate-rotation", "--end", "2016-06-30", "--json", "--grid", "fall_window=20:60:5")
SEARCH = (*SWEEP, "--trials", "8", "--storage")


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backtest.tuning.remote.PROBE", 600.0)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


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
            client.wait_for_workers(2)
            client.run(_held_up, str(self.file))
            self.ready.set()
            while not self.at:
                for tasks in client.processing().values():
                    self.at = self.at or tuple(task for task in tasks if "_figures" in task)
                time.sleep(0.02)
            if self.what == "worker":
                self.cluster.kill_worker()
                self.cluster.add_worker()
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


@pytest.mark.parametrize("kind", ["sweep", "search"])
def test_a_worker_killed_at_a_task_changes_nothing(
    cluster: Cluster, tmp_path: Path, kind: str
) -> None:
    there = SWEEP if kind == "sweep" else (*SEARCH, f"sqlite:///{tmp_path / 'there.sqlite3'}")
    here = SWEEP if kind == "sweep" else (*SEARCH, f"sqlite:///{tmp_path / 'here.sqlite3'}")
    done, at = killed(cluster, "worker", tmp_path / "go", *there)
    assert at, "the worker was killed while it was at a task"
    assert done.returncode == 0, done.stderr
    local = nqp(*here)
    assert json.loads(done.stdout)["trials"] == json.loads(local.stdout)["trials"]


def test_a_scheduler_killed_at_a_task_is_a_sentence(cluster: Cluster, tmp_path: Path) -> None:
    words = (*SEARCH, f"sqlite:///{tmp_path / 'x.sqlite3'}")
    done, at = killed(cluster, "scheduler", tmp_path / "go", *words)
    assert at, "the scheduler was killed while a worker was at a task"
    assert (done.returncode, done.stdout) == (2, "")
    assert f"the Dask scheduler at {cluster.address} is gone" in done.stderr
    assert "Traceback" not in done.stderr
