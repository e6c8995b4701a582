"""Theses in files as a shell meets them: list, write, measure, trade."""

import json

import pytest

from tests.command import nqp


def test_a_written_thesis_is_measured_and_traded_at_once(tmp_path):
    assert nqp("thesis", "new", "mine", cwd=tmp_path).returncode == 0
    done = nqp("evidence", "--thesis", "mine.toml", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [claim["id"] for claim in found["claims"]] == ["A1", "A2", "A3"]
    assert found["claims"][0]["value"] == pytest.approx(-53.1, abs=0.5)  # basis points, the sample
    assert [one["outcome"] for one in found["falsifiers"]] == ["not refuted"]
    ran = nqp("run", "mine.toml", "--set", "rebalance=yearly", "--json", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    parameters = json.loads(ran.stdout)["parameters"]
    assert [name for name, _ in parameters["when"]] == ["growth", "dividends"]
    again = nqp("thesis", "new", "mine", cwd=tmp_path)
    assert (again.returncode, "exists already" in again.stderr) == (2, True)


def test_theses_are_listed_shown_and_have_a_schema():
    listed = json.loads(nqp("thesis", "list", "--json").stdout)["theses"]
    assert [one["name"] for one in listed] == ["nqp-2024", "anti-involution-2025", "policy-kinds"]
    assert "反内卷" in nqp("thesis", "list", "--lang", "zh").stdout
    assert nqp("thesis", "show", "nqp-2024").stdout.startswith("# The built-in thesis")
    assert json.loads(nqp("thesis", "schema").stdout)["title"] == "ThesisFile"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"rate_change"', '"rates"', "there is no observable 'rates'; choose from lead"),
        ("horizon = 20", "horizn = 20", "horizn is no option of after_events; did you mean"),
        ("horizon = 20", "horizon = 0.5", "horizon was 0.5; give a whole number from 1"),
        (
            'basket = "growth"\nagainst',
            "against",
            "claim A2: lead is measured on basket; add",
        ),
        ("year = 2024", "year = 24", "year was 24; give 1900 or more"),
    ],
)
def test_a_claim_that_cannot_be_measured_as_written_is_one_sentence(tmp_path, old, new, said):
    nqp("thesis", "new", "mine", cwd=tmp_path)
    path = tmp_path / "mine.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    done = nqp("thesis", "show", path)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_thesis_that_is_not_there_is_said():
    assert "no thesis file gone.toml" in nqp("evidence", "--thesis", "gone.toml").stderr
    assert "there is no thesis 'nqp-2042'" in nqp("evidence", "--thesis", "nqp-2042").stderr
    assert "give a name" not in nqp("thesis", "new", "..", columns=200).stdout
    assert nqp("thesis", "new", "../x").returncode == 2


def test_a_registered_thesis_is_kept_whole_and_judged_by_its_claims(tmp_path):
    assert nqp("thesis", "new", "mine", cwd=tmp_path).returncode == 0
    words = ("journal", "register", "mine.toml", "--until")
    done = nqp(*words, "2099-12-31", "--json", cwd=tmp_path, home=tmp_path)
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)["body"]
    assert body["text"] == (tmp_path / "mine.toml").read_text("utf-8")
    (tmp_path / "mine.toml").unlink()  # the journal has the whole file
    (found,) = json.loads(nqp("journal", "--json", home=tmp_path).stdout)["theses"]
    assert found["complete"] is False
    assert found["claims"] == {"A1": "held", "A2": "held", "A3": "cannot tell"}
    assert found["in_sample"] == ["A1", "A2"]  # their half was over when it was registered
    assert found["refuted_by"] == []
    assert "A1, A2" in nqp("journal", home=tmp_path, columns=120).stdout
    over = nqp(*words, "2020-06-30", home=tmp_path, cwd=tmp_path)
    assert "there is no thesis file mine.toml" in over.stderr
    late = nqp("journal", "register", "nqp-2024", "--until", "2020-06-30", home=tmp_path)
    assert "already has data up to 2025-12-31" in late.stderr
