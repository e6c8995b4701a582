"""`nqp evidence` as a shell meets it: 80 columns, one JSON document, one sentence for a mistake."""

import json

import pytest

from tests.command import nqp


def width(line):
    """Return the columns a line takes: two for a Chinese character."""
    return sum(2 if ord(letter) >= 0x2E80 else 1 for letter in line)


@pytest.fixture(scope="module")
def document():
    events = ("--events", "policy", "--by", "kind", "--leave-out", "adverse")
    done = nqp("evidence", *events, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_json_has_the_agreed_shape(document):
    assert document["synthetic"] is True
    ids = [claim["id"] for claim in document["claims"]]
    assert {"R4", "R7.technology", "R7.manufacturing", "R7.medicine"} <= set(ids)
    for claim in document["claims"]:
        for key in ("statement", "window", "value", "interval", "placebo", "in_sample", "unit"):
            assert key in claim
        assert claim["verdict"] in ("held", "failed", "cannot tell")
        assert claim["sentence"]


def test_a_strategy_is_taken_apart_and_its_tables_fit_beside_the_claims(tmp_path):
    events, out = tmp_path / "mine.csv", tmp_path / "e"
    events.write_text("date,basket\n2018-09-25,technology\n2019-03-01,nqp\n", "utf-8")
    done = nqp(
        *("evidence", "rate-rotation", "--set", "fall_bp=15", "--as-of", "2024-12-31"),
        *("--events", events, "--out", out),
    )
    assert done.returncode == 0, done.stderr
    page = done.stdout.split("\nwrote ")[0]
    for said in ("SYNTHETIC DATA", "perfect foresight", "Attribution", "Against CSI 300: "):
        assert said in page
    assert max(map(width, page.splitlines())) <= 80
    assert "…" not in "".join(
        line.split("  ")[0] for line in page.splitlines() if line.startswith("R7")
    )
    report = (out / "report.html").read_text("utf-8")
    assert [report.count(f'id="chart-{name}"') for name in ("readings", "alternatives")] == [1, 1]
    found = json.loads((out / "evidence.json").read_text("utf-8"))
    assert found["parameters"]["fall_bp"] == 15
    for key in ("claims", "attribution", "regimes", "placebo", "foresight", "events"):
        assert found[key]
    assert found["events"]["mine.csv"]["count"] == 2
    assert abs(found["attribution"][0]["residual"]) < 1e-10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lang", "fr"], "--lang was 'fr'"),
        (["--set", "fall_bp=1"], "--set needs a strategy"),
        (["anti-involution-2025"], "nqp evidence --thesis anti-involution-2025"),
        (["thesis-rotaton"], "did you mean 'thesis-rotation'"),
        (["--events", "nowhere.csv"], "there is no event file nowhere.csv"),
        (["--market", "nowhere"], "nowhere"),
    ],
)
def test_mistakes_are_one_sentence(words, said):
    done = nqp("evidence", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_before_the_half_is_over_nothing_is_said():
    done = nqp("evidence", "--as-of", "2024-09-23", "--json")
    claims = {claim["id"]: claim for claim in json.loads(done.stdout)["claims"]}
    assert claims["R7.technology"]["verdict"] == "cannot tell"
    assert claims["R2"]["verdict"] == "held"


def test_the_policy_register_by_kind(document):
    found = document["events"]["policy"]
    kinds = {row["kind"]: row for row in found["kinds"]}
    assert {"P1.1", "P3.5", "MK"} <= set(kinds)
    assert all(row["p_holm"] >= row["p"] for row in kinds.values())
    assert found["left_out"] == {"adverse": 5}
    assert found["ignored_columns"] == []
    assert found["event_window"] == [0, 19]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "kind"], "need events"),
        (["--events", "policy", "--by", "month"], "--by kind"),
        (["--events", "policy", "--leave-out", "bad"], "--leave-out was 'bad'"),
    ],
)
def test_mistakes_about_events(words, said):
    done = nqp("evidence", *words)
    assert done.returncode == 2
    assert said in done.stderr
