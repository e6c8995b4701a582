"""Trials on record, a holdout that stays shut, and what walking forward is believed."""

from __future__ import annotations

import json

from tests.command import nqp

TUNE = ("tune", "rate-rotation", "--grid", "fall_bp=5,10")
HELD = ("--holdout", "2023-01-01")


def test_trials_are_listed_with_where_they_came_from():
    assert "No trial is on record yet" in nqp("trials").stdout
    nqp(*TUNE)
    nqp("run", "rate-rotation", "--set", "fall_bp=20")
    nqp("run", "rate-rotation", "--end", "2025-12-26")
    document = json.loads(nqp("trials", "--json").stdout)
    rows = {tuple(row["window"]): row for row in document["trials"]}
    whole = rows["2015-01-05", "2025-12-31"]
    assert (whole["family"], whole["market"], whole["count"]) == ("RateRotation", "sample", 3)
    assert whole["origins"] == ["run", "sweep"]
    assert 1 <= whole["effective"] <= 3
    # The same variant three sessions earlier is no new idea.
    assert rows["2015-01-05", "2025-12-26"]["effective"] == 0
    assert "RateRotation" in nqp("trials", "--market", "sample").stdout
    wrong = nqp("trials", "--market", "sampel")
    assert wrong.returncode == 2
    assert "did you mean 'sample'" in wrong.stderr
    assert nqp("trials", "--forget").returncode == 2


def test_an_earlier_end_and_a_renamed_class_forget_nothing(tmp_path):
    nqp(*TUNE)
    shorter = json.loads(nqp(*TUNE, "--end", "2025-12-26", "--json").stdout)["honesty"]
    assert shorter["trials"] == 2
    own = tmp_path / "own.py"
    for name, days in (("Mine", 30), ("Yours", 30), ("Yours", 45)):
        own.write_text(
            "from dataclasses import dataclass\n"
            "from strategies import RateRotation\n"
            "@dataclass(frozen=True)\n"
            f"class {name}(RateRotation):\n"
            f"    fall_window: int = {days}\n"
        )
        done = nqp("run", f"{own}:{name}", "--no-check")
        assert done.returncode == 0, done.stderr
    rows = json.loads(nqp("trials", "--json").stdout)["trials"]
    counts = {row["family"]: row["count"] for row in rows if row["window"][1] == "2025-12-31"}
    assert counts == {"RateRotation": 2, "Mine": 1, "Yours": 2}
    last = json.loads(nqp(*TUNE, "--json").stdout)["honesty"]
    assert last["trials"] == 4  # the renamed class is the same trial, the edited one another


def test_a_holdout_is_kept_out_and_every_look_is_counted():
    shut = json.loads(nqp(*TUNE, *HELD, "--json").stdout)
    assert shut["window"][1] == "2022-12-30"
    assert (shut["honesty"]["holdout"], shut["honesty"]["openings"]) == ("2023-01-01", 0)
    opened = json.loads(nqp(*TUNE, *HELD, "--reveal", "--json").stdout)["holdout"]
    assert opened["sentence"].startswith("Opened for one variant: on the sessions from 2023-01-01")
    assert len(opened["openings"]) == 1
    again = nqp(*TUNE, *HELD, "--reveal")
    assert "Opened for one variant" in again.stdout  # the same one twice is one
    assert "opened once" in nqp(*TUNE, *HELD, columns=160).stdout
    other = nqp("tune", "rate-rotation", "--grid", "fall_bp=20,30", *HELD, "--reveal")
    assert "Opened for 2 variants, so no longer out of sample" in other.stdout


def test_mistakes_about_a_holdout_are_sentences():
    assert "add --holdout DATE" in nqp(*TUNE, "--reveal").stderr
    late = nqp(*TUNE, "--holdout", "2030-01-01")
    assert late.returncode == 2
    assert "give a day between" in late.stderr


def test_walking_forward_gets_a_verdict():
    found = json.loads(
        nqp("walk-forward", "rate-rotation", "--grid", "fall_bp=5,10", *HELD, "--json").stdout
    )
    assert found["honesty"]["verdict"] in ("luck", "cannot tell", "skill")
    assert found["windows"][-1]["test_to"][:10] == "2022-12-30"
    assert found["honesty"]["timing"]["trials"] == 2
    assert found["honesty"]["trials"] == 2


def test_equal_weight_is_its_own_rival_and_cannot_tell():
    words = ("tune", "equal-weight", "--grid", "rebalance=monthly", "--start", "2021-01-04")
    found = json.loads(nqp(*words, "--json").stdout)["honesty"]
    assert found["verdict"] == "cannot tell"
    assert found["against_blend"]["consistent"] == 1.0
    assert "nan" not in nqp(*words).stdout
