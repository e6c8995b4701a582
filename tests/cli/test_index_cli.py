"""`nqp index` as a shell meets it: 80 columns, one JSON document, one sentence for a mistake."""

import json
import os
import subprocess
import sys

import pytest

from backtest.cli import main

SMALL = """
name = "small"
title = "Three indicators"
[tracks]
technology = ["computer", "electronics"]
[[indicators]]
name = "strength"
pillar = "supply"
series = "market.strength_60"
frequency = "daily"
[[indicators]]
name = "rates"
pillar = "potential"
series = "market.rate_change_60"
frequency = "daily"
direction = "down"
"""


@pytest.fixture
def nqp(monkeypatch, capsys):
    def call(*words):
        monkeypatch.setattr(sys, "argv", ["nqp", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL, "utf-8")
    return path


def test_the_table_says_what_moved_and_how_old_it_is_within_80_columns(nqp):
    code, out, _ = nqp("index")
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= 80
    for said in (
        "SYNTHETIC DATA",
        "Market-observable NQP index on sample, 2025-12-31",
        "coverage",
        "unlinked",
        "What moved it since 2025-09",
        "changes of members",
        "known since",
        "cannot tell",
        "point for point",
    ):
        assert said in out


def test_a_level_that_links_moved_far_is_remarked_on(nqp):
    _, out, _ = nqp("index", "--json")
    found = json.loads(out)
    drift = found["index"][found["as_of"]] - found["unlinked"]
    _, out, _ = nqp("index")
    remark = f"links hold the index {drift:+.1f} points"
    assert (remark in " ".join(out.split())) == (abs(drift) > 5.0)


def test_json_has_the_agreed_shape(nqp):
    code, out, _ = nqp("index", "--json", "--as-of", "2016-06-30")
    assert code == 0
    found = json.loads(out)
    assert found["synthetic"] is True
    assert list(found["index"])[-1] == found["as_of"] == "2016-06-30"
    assert found["index"]["2015-01-05"] is None
    assert isinstance(found["index"]["2016-06-30"], float)
    pillars = ["potential", "supply", "demand", "distribution"]
    assert list(found["pillars"]) == pillars
    assert list(found["coverage"]) == [*pillars, "all"]
    assert all(len(found["pillars"][name]) == len(found["index"]) for name in pillars)
    assert sum(found["contributions"]["points"].values()) == pytest.approx(
        found["index"]["2016-06-30"] - found["index"][found["contributions"]["since"]]
    )
    assert found["inputs"]["easing"]["age_days"] == 0
    assert {"target", "span", "correlation", "interval", "verdict"} <= set(found["links"][0])


def test_an_earlier_day_is_never_changed_by_what_came_later(nqp):
    before = json.loads(nqp("index", "--json", "--as-of", "2017-06-30")[1])["index"]
    after = json.loads(nqp("index", "--json", "--as-of", "2018-06-29")[1])["index"]
    assert all(after[day] == before[day] for day in before)


def test_statistics_of_the_sample_are_called_synthetic(nqp):
    code, out, _ = nqp("index", "--framework", "china", "--as-of", "2020-06-30")
    assert code == 0
    assert "synthetic values stand for" in " ".join(out.split())
    assert max(len(line) for line in out.splitlines()) <= 80


def test_a_folder_holds_the_document_and_pictures(nqp, small, tmp_path):
    folder = tmp_path / "out"
    words = ("index", "--framework", small, "--as-of", "2016-12-30", "--out", folder)
    code, out, _ = nqp(*words, "--json")
    assert code == 0
    names = {"index.json", "index.png", "pillars.png", "contributions.png", "coverage.png"}
    assert {path.name for path in folder.iterdir()} == names
    document = json.loads((folder / "index.json").read_text("utf-8"))
    assert document == json.loads(out)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert nqp(*words)[0] == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_sensitivity_is_told_and_drawn(nqp, small, tmp_path):
    folder = tmp_path / "out"
    words = ("index", "--framework", small, "--as-of", "2016-03-31", "--sensitivity")
    code, out, _ = nqp(*words, "--out", folder)
    assert code == 0
    assert "IN SAMPLE" in out
    assert "cannot tell" in out
    assert max(len(line) for line in out.splitlines() if str(folder) not in line) <= 80
    assert (folder / "sensitivity_profit.png").stat().st_size > 10_000
    told = json.loads((folder / "index.json").read_text("utf-8"))["sensitivity"]
    assert told["in_sample"] is True
    assert set(told["ranges"]) == {"index", "switches", "last_switch", "profit"}
    assert nqp(*words[:-1], "--out", folder)[0] == 0
    assert not (folder / "sensitivity_profit.png").exists()  # what is stale goes


MISTAKES = {
    "unknown framework": (("-f", "chna"), "did you mean 'china'?"),
    "no file": (("-f", "mine.toml"), "choose from china, observable"),
    "unknown market": (("-m", "smple"), "did you mean 'sample'?"),
    "before the first session": (("--as-of", "2001-01-01"), "it runs from 2015-01-05"),
    "after the last session": (("--as-of", "2031-01-01"), "ends on 2025-12-31"),
    "no date": (("--as-of", "soon"), "write it as 2024-06-28"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_and_exit_2(mistake, nqp):
    words, says = MISTAKES[mistake]
    code, out, err = nqp("index", *words)
    assert code == 2
    assert says in err
    assert len(err.splitlines()) == 1
    assert out == ""


def test_a_broken_or_foreign_file_is_one_sentence(nqp, tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text('name = "x\n', "utf-8")
    code, _, err = nqp("index", "-f", broken)
    assert code == 2
    assert "not valid TOML" in err
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    code, _, err = nqp("index", "--out", tmp_path)
    assert code == 2
    assert "holds other files" in err
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


def test_no_statistics_no_index_and_a_sentence(nqp, small, tmp_path):
    small.write_text(SMALL.replace("market.strength_60", "nowhere"), "utf-8")
    code, out, _ = nqp("index", "-f", small, "--as-of", "2015-03-31")
    assert code == 0
    assert "coverage never reaches" in " ".join(out.split())
    code, _, err = nqp("index", "-f", small, "--as-of", "2015-03-31", "--sensitivity")
    assert code == 2
    assert "has no index on 2015-03-31" in err


def test_help_does_not_import_pandas():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "backtest.cli", "index", "--help"],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    assert done.returncode == 0
    assert "--sensitivity" in done.stdout
    assert "pandas" not in done.stderr
