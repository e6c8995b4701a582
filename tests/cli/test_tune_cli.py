"""`nqp tune` and `nqp walk-forward` as a shell meets them."""

import json

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
    words = ("tune", "rate-rotation", *GRID, "--json", "--out", str(out))
    done = nqp(*words, home=tmp_path / "home")
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
    "not a number": (("--grid", "fall_bp=nan"), "give a number that is finite"),
    "backward range": (("--grid", "fall_bp=30:5:5"), "write LOW:HIGH:STEP"),
    "too many": (("--grid", "fall_bp=0:90000:1", "--grid", "min_hold=1:99:1"), "--trials"),
    "twice": (("--grid", "fall_bp=5", "--grid", "fall_bp=6"), "stands twice"),
    "value out of range": (("--grid", "rate_window=0,60"), "give a number above 0"),
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
