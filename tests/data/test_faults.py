"""The store when things go wrong: killed, raced, full, flipped, cut; and the way back."""

import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import worker

from backtest import atomic
from backtest.data import staging, store
from backtest.data.intake import Sources, import_market
from backtest.data.load import check_market, load_market
from backtest.data.repair import repair
from backtest.data.store import is_whole, read_manifest
from backtest.errors import UserError

KILLS = 20


@pytest.fixture(scope="module")
def processes():
    """Processes that are forked from one with everything imported, and a single thread."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["worker"])
    with pytest.MonkeyPatch.context() as patch:
        # The fork server of Python 3.11 finds modules to preload nowhere else.
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        context.Process(target=time.sleep, args=(0,)).start()
    return context


@pytest.fixture
def universe(universe_file):
    return str(universe_file)


def start(processes, work, *arguments):
    begun = processes.Event()
    process = processes.Process(target=work, args=(*arguments, begun))
    process.start()
    assert begun.wait(600)
    return process


def snapshots(home):
    shelf = home / "snapshots"
    return {path.name for path in shelf.glob("*") if not path.name.startswith(".")}


def test_a_fetch_killed_at_any_moment_leaves_a_whole_market_and_all_older_ones(
    home, universe, processes
):
    """Kill -9, twenty times at work, over fetches that begin, extend and rewrite a market."""
    draw = random.Random(7)
    taken, seen, states, killed, rounds = 0.0, set(), set(), 0, 0
    while killed < KILLS or len(states) <= 3:
        level, last = 10.0 + rounds // 3, ("2024-01-15", "2024-01-31")[rounds % 2]
        arguments = (str(home), "mine", universe, level, 0.004, last, rounds, None)
        begun = time.monotonic()
        process = start(processes, worker.fetch_in_process, *arguments)
        process.join(draw.uniform(0.0, taken) if taken else None)  # the first one is timed
        rounds += 1
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        if process.exitcode == 0:
            taken = 0.5 * (taken + time.monotonic() - begun)
        else:
            assert process.exitcode == -signal.SIGKILL
            killed += 1
            taken *= 1.1
        for snapshot in snapshots(home):
            assert is_whole(snapshot), "never a half-written snapshot under its name"
        assert seen <= snapshots(home), "never lost an older one"
        seen = snapshots(home)
        if (home / "markets" / "mine.json").exists():
            market = load_market("mine")
            states.add(market.snapshot)
            for _, close in market.close.items():
                steps = close.diff().dropna().round(6)
                assert (steps[steps != 0] == 0.01).all(), "one level at a time"
    worker.fetch("mine", universe, level=99.0, back=rounds)
    assert load_market("mine").close["801780"].iloc[-1] == pytest.approx(99.21)
    worker.fetch("fresh", universe, level=99.0)
    assert load_market("fresh").snapshot == load_market("mine").snapshot
    assert not list(home.rglob(".draft-*")), "what the dead left behind is swept away"
    assert not list((home / "staging").glob("mine/*"))


def test_what_arrived_before_the_kill_is_not_asked_for_again(home, universe, processes):
    arguments = (str(home), "mine", universe, 10.0, 0.0, "2024-01-31", 0, processes.Event())
    process = start(processes, worker.fetch_in_process, *arguments)
    while len(list((home / "staging").rglob("[0-9a-f]*"))) < 2:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    source = worker.Steady()
    fetched = worker.fetch("mine", universe, source=source)
    assert len(source.served) <= 2
    assert {outcome.status for outcome in fetched.outcomes} == {"new"}


def test_of_two_fetches_of_one_market_the_second_is_told_to_wait(home, universe, processes):
    go = processes.Event()
    arguments = (str(home), "mine", universe, 10.0, 0.0, "2024-01-31", 0, go)
    process = start(processes, worker.fetch_in_process, *arguments)
    while not list((home / "staging").rglob("[0-9a-f]*")):
        time.sleep(0.01)
    with pytest.raises(
        UserError, match=rf"mine: another nqp .process {process.pid}. is at its fetch"
    ):
        worker.fetch("mine", universe)
    worker.fetch("other", universe)
    go.set()
    process.join()
    assert process.exitcode == 0
    assert load_market("mine").snapshot == load_market("other").snapshot


def test_a_fetch_that_was_overtaken_says_so_and_keeps_what_arrived(
    home, universe, prices_folder, universe_file
):
    class Overtaken(worker.Steady):
        def fetch(self, wanted):
            yield from super().fetch(wanted)
            import_market("mine", Sources(prices_folder, universe_file))

    with pytest.raises(UserError, match="mine was changed by another nqp in the meantime; run"):
        worker.fetch("mine", universe, source=Overtaken())
    assert load_market("mine").close["801780"].tolist() == [10, 10.5, 10.2, 10.8]
    assert list((home / "staging" / "mine").iterdir())


def test_a_reader_sees_one_market_or_the_other_while_they_are_written(home, universe, processes):
    worker.fetch("mine", universe, level=10.0)
    begun, enough = processes.Event(), processes.Event()
    arguments = (str(home), "mine", universe, begun, enough)
    process = processes.Process(target=worker.write_in_process, args=arguments)
    process.start()
    assert begun.wait(600)
    reads, levels = 0, set()
    while process.is_alive() and (reads < 25 or len(levels) < 2):
        close = load_market("mine").close
        assert close.iloc[0].nunique() == 1, "all instruments of the same market"
        levels.add(float(close.iloc[0, 0]))
        reads += 1
    enough.set()
    process.join()
    assert process.exitcode == 0
    assert levels == {10.0, 20.0}


def test_a_full_disk_is_one_sentence_and_costs_nothing(home, universe, tmp_path, digest):
    """Files may not grow past 2 kB, as if the disk were full then."""
    old = worker.fetch("mine", universe).manifest
    before = {name: value for name, value in digest(home).items() if "locks" not in name}
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r}); import worker\n"
        "from backtest.errors import UserError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        f"try: worker.fetch('mine', {universe!r}, level=30.0, back=9)\n"
        "except UserError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "cannot be written (File too large); make room, or set NQP_HOME" in done.stdout
    after = {name: value for name, value in digest(home).items() if "locks" not in name}
    assert after == before
    assert load_market("mine").snapshot == old.snapshot
    assert worker.fetch("mine", universe, level=30.0, back=9).manifest.previous == (old.snapshot,)


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 96 kB."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_fills_up(tiny_disk, universe, monkeypatch):
    monkeypatch.setenv("NQP_HOME", str(tiny_disk))
    stored = []
    full = r"cannot be written \(No space left on device\); make"
    with pytest.raises(UserError, match=full):  # noqa: PT012
        for level in range(10, 90):
            stored.append(
                worker.fetch("mine", universe, level=float(level), back=level).manifest.snapshot
            )
    assert stored
    assert load_market("mine").snapshot == stored[-1]
    assert all(is_whole(snapshot) for snapshot in stored)


def test_a_store_that_may_not_be_written(home, universe):
    home.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be written"):
        worker.fetch("mine", universe)


@pytest.fixture(scope="module")
def first_two(tmp_path_factory):
    """Where the store of `two` is kept once it has been fetched, and its manifests."""
    return {"folder": tmp_path_factory.mktemp("two") / "home"}


@pytest.fixture
def two(home, universe, first_two):
    """A market with an older snapshot and a current one."""
    if "manifests" in first_two:
        shutil.copytree(first_two["folder"], home, dirs_exist_ok=True)
    else:
        old = worker.fetch("mine", universe, last="2024-01-15").manifest
        first_two["manifests"] = old, worker.fetch("mine", universe).manifest
        shutil.copytree(home, first_two["folder"])
    return first_two["manifests"]


def flip(home, snapshot, name="prices.parquet"):
    path = home / "snapshots" / snapshot / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("name", store.FILES)
def test_a_flipped_byte_and_the_way_back(home, universe, two, name):
    old, new = two
    flip(home, new.snapshot, name)
    with pytest.raises(UserError, match=r"'nqp data check mine --repair' goes back to the one b"):
        load_market("mine")
    said = repair("mine")
    assert said.startswith(f"snapshot {new.snapshot[:12]} of market mine is damaged; the market is")
    assert "which ends on 2024-01-15: fetch or import what is missing since" in said
    assert load_market("mine").snapshot == old.snapshot
    again = worker.fetch("mine", universe)
    assert again.manifest.snapshot == new.snapshot
    assert load_market("mine").snapshot == new.snapshot
    assert repair("mine") == "market mine is whole; there is nothing to repair"


@pytest.mark.parametrize("kept", [0, 2, 40, 200, 0.5, 0.99])
def test_a_truncated_manifest_and_the_way_back(home, two, kept):
    old, new = two
    path = home / "markets" / "mine.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: int(kept if kept > 1 else kept * len(text))], encoding="utf-8")
    with pytest.raises(UserError, match="manifest of market mine is damaged; 'nqp data check min"):
        load_market("mine")
    assert repair("mine").startswith("market mine had a damaged manifest and is at snapshot")
    assert load_market("mine").snapshot == new.snapshot
    assert read_manifest("mine").previous == (old.snapshot,)
    assert read_manifest("mine").sources == new.sources


def test_a_truncated_manifest_without_any_history_names_its_snapshot(home, two):
    _, new = two
    shutil.rmtree(home / "history")
    path = home / "markets" / "mine.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index(new.snapshot) + 70], encoding="utf-8")
    repair("mine")
    assert load_market("mine").snapshot == new.snapshot
    assert (read_manifest("mine").first, read_manifest("mine").last) == (new.first, new.last)
    assert read_manifest("mine").findings == new.findings


def test_a_lost_manifest_is_found_in_the_history(home, two):
    (home / "markets" / "mine.json").unlink()
    repair("mine")
    assert load_market("mine").snapshot == two[1].snapshot


def test_importing_over_a_damaged_manifest_loses_no_snapshot(
    home, two, prices_folder, universe_file
):
    (home / "markets" / "mine.json").write_text("{", encoding="utf-8")
    stored = import_market("mine", Sources(prices_folder, universe_file))
    assert stored.previous == (two[1].snapshot, two[0].snapshot)


def test_when_nothing_is_whole_it_is_said(home, two):
    for manifest in two:
        flip(home, manifest.snapshot)
    with pytest.raises(UserError, match="no snapshot of market mine is whole; import or fetch it"):
        repair("mine")
    with pytest.raises(UserError, match="there is no market 'nobody'"):
        repair("nobody")


def test_a_damaged_kept_file_counts_as_none(home, universe):
    class Stops(worker.Steady):
        def fetch(self, wanted):
            yield next(super().fetch(wanted))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        worker.fetch("mine", universe, source=Stops())
    (path,) = (home / "staging" / "mine").iterdir()
    path.write_bytes(path.read_bytes()[:-9])
    source = worker.Steady()
    worker.fetch("mine", universe, source=source)
    assert len(source.served) == 4
    staging.clear("mine")


def test_drafts_of_the_living_stay(home, universe):
    shelf = home / "snapshots"
    shelf.mkdir(parents=True)
    living, dead, ancient = (shelf / f".draft-{who}-x" for who in (os.getppid(), 2**22 + 1, "old"))
    for draft in (living, dead, ancient):
        draft.mkdir()
    os.utime(ancient, (0, 0))
    worker.fetch("mine", universe)
    assert (living.exists(), dead.exists(), ancient.exists()) == (True, False, False)


def test_a_lock_ends_with_its_holder_and_is_waited_for(home):
    held, release = threading.Event(), threading.Event()

    def hold():
        with atomic.locked("mine", "import", patience=0.0):
            held.set()
            release.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with pytest.raises(UserError, match="mine: another nqp"):
        atomic.locked("mine", "import", patience=0.0).__enter__()
    threading.Timer(0.2, release.set).start()
    with atomic.locked("mine", "import", patience=600.0):
        pass
    thread.join()


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "x" * 65, "sample", "真", "a\0b"])
def test_hostile_names_never_leave_the_store(home, universe, name):
    with pytest.raises(UserError, match=r"is no name for a market|sample is the embedded"):
        worker.fetch(name, universe)
    for escape in (repair, check_market):
        with pytest.raises((UserError, ValueError)):
            escape(name if name != "sample" else "../sample")
    assert not home.exists()


def test_a_manifest_that_points_outside_is_damaged(home, two):
    path = home / "markets" / "mine.json"
    plain = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(plain | {"previous": ["../../etc"]}), encoding="utf-8")
    with pytest.raises(UserError, match="manifest of market mine is damaged"):
        load_market("mine")
