"""`nqp tune` and `nqp walk-forward` as a shell meets them."""

import contextlib
import json
import socket
import threading

import pandas as pd
import pytest

from tests.cli.test_cli import nqp

GRID = ("--grid", "fall_bp=5,10,20", "--grid", "rate_window=60:120:60", "--end", "2019-12-31")


def test_tune_prints_the_best_and_that_it_may_be_luck(tmp_path):
    done = nqp("tune", "rate-rotation", *GRID, home=tmp_path / "home", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "SYNTHETIC DATA" in done.stdout
    assert "6 variants of rate-rotation on sample" in done.stdout
    assert "IN SAMPLE" in done.stdout
    assert "deflated Sharpe" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def test_tune_json_and_folder_say_the_same(tmp_path):
    out = tmp_path / "out"
    words = ("tune", "rate-rotation", *GRID, "--end", "2016-12-30", "--json")
    done = nqp(*words, "--out", out, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert {"trials", "best", "honesty"} <= set(document)
    trials = pd.read_parquet(out / "trials.parquet")
    assert trials["sharpe"].tolist() == [row["sharpe"] for row in document["trials"]]
    assert json.loads((out / "best.json").read_text("utf-8")) == document["best"]
    assert json.loads((out / "honesty.json").read_text("utf-8")) == document["honesty"]
    for picture in ("heat_map.png", "switches.png"):
        assert (out / picture).read_bytes().startswith(b"\x89PNG")
    assert document["honesty"]["trials"] == 6
    again = json.loads(nqp(*words, home=tmp_path / "home").stdout)
    assert again["honesty"]["trials"] == 6
    assert again["best"] == document["best"]


def test_constraints_between_parameters(tmp_path):
    done = nqp(
        *("tune", "rate-rotation", "--grid", "fall_window=40,80", "--grid", "rate_window=60,120"),
        *("--where", "fall_window<rate_window", "--json", "--end", "2018-12-31"),
        home=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["trials"]) == 3


def test_walk_forward_prints_windows_and_decay(tmp_path):
    words = ("walk-forward", "rate-rotation", *GRID, "--train-years", "2")
    done = nqp(*words, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "in the next one (50% is chance)" in " ".join(done.stdout.split())
    document = json.loads(nqp(*words, "--json", "--rolling", home=tmp_path).stdout)
    assert len(document["windows"]) == 3


MISTAKES = {
    "unknown field": (("--grid", "fal_bp=5"), "did you mean 'fall_bp'?"),
    "no values": (("--grid", "fall_bp="), "write it as NAME=a,b,c"),
    "text": (("--grid", "fall_bp=low,high"), "give a number"),
    "not a number": (("--grid", "fall_bp=nan"), "give a finite number"),
    "backward range": (("--grid", "fall_bp=30:5:5"), "write LOW:HIGH:STEP"),
    "too many": (("--grid", "fall_bp=0:90000:1", "--grid", "min_hold=1:99:1"), "--trials"),
    "twice": (("--grid", "fall_bp=5", "--grid", "fall_bp=6"), "stands twice"),
    "value out of range": (("--grid", "rate_window=0,60"), "rate_window was 0; give 1 or more"),
    "nothing allowed": (("--grid", "fall_bp=5,6", "--where", "fall_bp>100"), "no combination"),
    "no comparison": (("--grid", "fall_bp=5", "--where", "fall_bp"), "compares nothing"),
    "code": (("--grid", "fall_bp=5", "--where", "fall_bp<__import__('os')"), "no parameter and no"),
    "unknown score": (("--grid", "fall_bp=5,6", "--score", "sharp"), "did you mean 'sharpe'?"),
    "unknown engine": (("--grid", "fall_bp=5", "--engine", "dsk"), "did you mean 'dask'?"),
    "no address": (("--grid", "fall_bp=5", "--engine", "dask"), "add --address"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_and_exit_2(mistake, tmp_path):
    words, says = MISTAKES[mistake]
    done = nqp("tune", "rate-rotation", *words, "--end", "2016-12-31", home=tmp_path)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert says in done.stderr
    sentence = [line for line in done.stderr.splitlines() if not line.startswith("loading")]
    assert len(sentence) == 1, done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "storage",
    [
        "sqlite:///",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?cache=shared&uri=true",
    ],
)
def test_a_study_in_memory_is_refused(storage):
    words = ("tune", "rate-rotation", "--grid", "fall_window=20:60:5", "--trials", "4")
    done = nqp(*words, "--storage", storage)
    assert (done.returncode, done.stdout) == (2, "")
    assert "would keep the study in memory, where it ends with the command; name a file" in (
        done.stderr
    )


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + b"\xff" * 4000, b"no database", b""])
def test_a_corrupt_study_is_a_sentence_or_begun_anew(tmp_path, content):
    path = tmp_path / "study.sqlite3"
    path.write_bytes(content)
    words = ("tune", "rate-rotation", "--end", "2016-06-30", "--grid", "fall_window=20:60:5")
    done = nqp(*words, "--trials", "4", "--json", "--storage", f"sqlite:///{path}")
    assert "Traceback" not in done.stderr
    if content:
        assert done.returncode == 2
        assert path.read_bytes() == content
        assert "no studies can be kept at" in done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_a_study_cut_short_is_a_sentence_or_goes_on(tmp_path):
    path = tmp_path / "study.sqlite3"
    words = ("tune", "rate-rotation", "--end", "2016-06-30", "--grid", "fall_window=20:60:5")
    words = (*words, "--trials", "4", "--json", "--storage", f"sqlite:///{path}")
    assert nqp(*words).returncode == 0
    whole = path.read_bytes()
    for part in (0.95, 0.5, 0.1, 0.01):
        path.write_bytes(whole[: int(len(whole) * part)])
        done = nqp(*words)
        assert done.returncode in (0, 2), part
        assert "Traceback" not in done.stderr, part


def test_a_damaged_ledger_of_trials_is_a_sentence_or_set_aside(tmp_path):
    words = (
        "tune",
        "rate-rotation",
        "--end",
        "2016-06-30",
        "--grid",
        "fall_window=20,40",
        "--json",
    )
    home = tmp_path / "home"
    assert nqp(*words, home=home).returncode == 0
    ledgers = [path for path in home.rglob("*") if path.name == "ledger.sqlite3"]
    assert ledgers
    whole = {path: path.read_bytes() for path in ledgers}
    for cut in (0.9, 0.5, 0.05):
        for path, content in whole.items():
            path.write_bytes(content[: int(len(content) * cut)])
        for command in (words, ("trials", "--json")):
            done = nqp(*command, home=home)
            assert done.returncode in (0, 2), (cut, command)
            assert "Traceback" not in done.stderr, (cut, command)


@pytest.mark.parametrize("kind", ["http", "silent", "garbage"])
def test_an_address_that_is_no_scheduler_is_a_sentence(kind, monkeypatch):
    monkeypatch.setattr("backtest.tuning.remote.PROBE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        stopped = threading.Event()
        said = {"http": b"HTTP/1.0 400 no\r\n\r\n", "silent": b"", "garbage": b"\0SSH-2.0" * 99}

        def answer():
            server.settimeout(0.1)
            with contextlib.ExitStack() as held:
                while not stopped.is_set():
                    with contextlib.suppress(OSError):
                        held.enter_context(server.accept()[0]).sendall(said[kind])

        thread = threading.Thread(target=answer)
        thread.start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        words = ("tune", "rate-rotation", "--grid", "fall_window=20,40", "--engine", "dask")
        done = nqp(*words, "--address", address)
        stopped.set()
        thread.join()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"nqp: no Dask scheduler answers at '{address}'")
    assert "Traceback" not in done.stderr
