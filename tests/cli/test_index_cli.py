"""`nqp index` as a shell meets it: 80 columns, one JSON document, one sentence for a mistake."""

import json
import os
import subprocess
import sys

import pytest

from backtest.cli import main
from backtest.composite import load_framework
from tests.command import nqp as command

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
    def call(*words, columns=80):
        monkeypatch.setattr(sys, "argv", ["nqp", *map(str, words)])
        monkeypatch.setenv("COLUMNS", str(columns))
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


@pytest.fixture(scope="module")
def told():
    """The index of the whole sample, as a table and as JSON."""
    done = [command("index", *words) for words in ((), ("--json",))]
    assert [one.returncode for one in done] == [0, 0], done[0].stderr
    return done[0].stdout, json.loads(done[1].stdout)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL, "utf-8")
    return path


def test_the_table_says_what_moved_and_how_old_it_is_within_80_columns(told):
    out, _ = told
    assert max(len(line) for line in out.splitlines()) <= 80
    for said in (
        "SYNTHETIC DATA",
        "Market-observable NQP index on sample, 2025-12-31",
        "coverage",
        "linked",
        "What moved it since 2025-09",
        "changes of members",
        "known since",
        "not significant",
        "point for point",
    ):
        assert said in out


def test_the_table_leads_with_what_todays_members_say(told):
    out, found = told
    chained = found["index"][found["as_of"]]
    lines = out.splitlines()
    heads = next(line for line in lines if "coverage" in line).split()
    assert heads == ["level", "in", "20", "in", "60", "in", "240", "linked", "coverage"]
    own = next(line for line in lines if line.startswith("index ")).split()
    assert own[1] == f"{found['unlinked']:.1f}"
    assert own[5] == f"{chained:.1f}" != own[1]
    supply = next(line for line in lines if line.startswith("supply ")).split()
    assert supply[1] == f"{found['levels']['supply']:.1f}"
    said = " ".join(out.split())
    assert "50 is the indicators' own past" in said
    assert "read on its scale; linked: without the jumps" in said


@pytest.mark.parametrize(
    ("method", "scale"),
    [
        ("z", "50 is the indicators' own past; ten points are a standard deviation"),
        ("min-max", "0 is the worst of the indicators' own past, 100 the best so far"),
        ("rank", "points are percentiles of the indicators' own past"),
        ("distance", "100 is the best of the indicators' own past"),
    ],
)
def test_each_normalization_says_what_its_points_are(nqp, small, method, scale):
    small.write_text(f'normalization = "{method}"\n{SMALL}', "utf-8")
    words = ("index", "-f", small, "--as-of", "2016-03-31")
    said = " ".join(nqp(*words)[1].split())
    assert scale in said
    assert ("50 is" in said) == (method == "z")
    assert json.loads(nqp(*words, "--json")[1])["scale"].startswith(scale)


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("framework", ["observable", "china"])
def test_no_name_breaks_within_a_word(nqp, framework, columns):
    _, out, _ = nqp("index", "-f", framework, "--as-of", "2020-06-30", columns=columns)
    assert max(len(line) for line in out.splitlines()) <= columns
    words = set(out.replace(".", " ").split())
    names = {part for one in load_framework(framework).concrete for part in one.name.split(".")}
    assert names | {"potential", "supply", "demand", "distribution"} <= words
    if columns == 80:
        assert {one.name for one in load_framework(framework).concrete} <= set(out.split())


def test_what_links_and_alpha_are_worth_is_said(nqp, told):
    out, found = told
    said = " ".join(out.split())
    assert "99% interval" in said
    assert "all 10 hold at once with 90% confidence" in said
    assert "partly by construction" in said
    assert "sessions with a score of every indicator" in said
    assert "oppose each other" not in said
    assert f"On the {found['multivariate']['rows']:,} sessions" in said
    assert [link["by_construction"] for link in found["links"]] == [True, False] * 5
    assert {link["level"] for link in found["links"]} == {0.99}
    said = " ".join(nqp("index", "-f", "china")[1].split())
    assert "below 0: indicators oppose each other" in said
    assert "by construction" not in said


def test_pictures_of_no_index_are_left_out_and_it_is_said(nqp, small, tmp_path):
    folder = tmp_path / "out"
    words = ("index", "--framework", small, "--out", folder)
    assert nqp(*words, "--as-of", "2016-12-30")[0] == 0
    assert (folder / "index.png").exists()
    code, out, _ = nqp(*words, "--as-of", "2015-03-31", "--force")
    assert code == 0
    says = "pictures left out, with nothing to draw: index.png, pillars.png, contributions.png"
    assert " ".join(out.split()).count(says) == 1
    assert {path.name for path in folder.iterdir()} == {"index.json", "coverage.png"}
    assert says in json.loads((folder / "index.json").read_text("utf-8"))["notes"]
    _, out, _ = nqp("index", "-f", small, "--as-of", "2015-03-31", "--json")
    assert says not in json.loads(out)["notes"]


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
    assert nqp(*words, "--force")[0] == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_sensitivity_is_told_and_drawn(nqp, small, tmp_path):
    folder = tmp_path / "out"
    words = ("index", "--framework", small, "--as-of", "2016-03-31", "--sensitivity")
    code, out, _ = nqp(*words, "--out", folder)
    assert code == 0
    assert "IN SAMPLE" in out
    assert "All 360 ways" in out
    said = " ".join(out.split())
    assert "from 3,584 draws of 360 distinct combinations" in said
    assert "no value was ever too old, so nothing was imputed" in said
    assert "above its median so far" in said
    assert "above 50" not in said
    assert "cannot tell" in out
    assert max(len(line) for line in out.splitlines() if str(folder) not in line) <= 80
    assert (folder / "sensitivity_profit.png").stat().st_size > 10_000
    told = json.loads((folder / "index.json").read_text("utf-8"))["sensitivity"]
    assert told["in_sample"] is True
    assert set(told["ranges"]) == {"index", "switches", "last_switch", "profit"}
    assert nqp(*words[:-1], "--out", folder, "--force")[0] == 0
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
