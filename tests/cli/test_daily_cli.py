"""What is done every day at the shell: one window, a benchmark of one's own, variants by name."""

import json

import pytest

from tests.command import nqp


def _found(*words, **options):
    done = nqp(*words, "--json", **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_variants_stand_side_by_side_by_name_and_settings(tmp_path):
    words = ("compare", "rate-rotation:fall_bp=5,10:min_hold=10:30:10", "buy-and-hold")
    found = _found(*words, "--window", "2022", "--set", "rate_window=60", home=tmp_path)["results"]
    tried = [one["parameters"] for one in found if one["strategy"] == "rate-rotation"]
    assert [(one["fall_bp"], one["min_hold"]) for one in tried] == [
        (bp, hold) for bp in (5.0, 10.0) for hold in (10, 20, 30)
    ]
    assert {one["rate_window"] for one in tried} == {60}
    assert {tuple(one["window"]) for one in found} == {("2022-01-04", "2022-12-30")}
    done = nqp("compare", "buy-and-hold", "--set", "fal_bp=5", home=tmp_path)
    assert done.returncode == 2
    assert "no strategy here has 'fal_bp'" in done.stderr


def test_what_waits_is_cut_by_default_and_shown_on_request(tmp_path):
    words = ("run", "inverse-volatility", "--end", "2016-06-30")
    shown, whole = (_found(*words, *more, home=tmp_path) for more in ((), ("--full-window",)))
    begun = shown["window"][0]
    assert begun > whole["window"][0] == "2015-01-05"
    assert any(f"figures are of {begun} to 2016-06-30" in text for text in shown["warnings"])
    assert any(f"in cash until {begun}" in text for text in whole["warnings"])


def test_a_run_against_a_file_is_verified_with_the_file_and_not_without(tmp_path):
    file, folder = tmp_path / "mine.csv", tmp_path / "run"
    days = ("2015-01-05", "2015-01-06", "2015-01-07", "2015-01-08")
    file.write_text("date,close\n" + "".join(f"{day},{10 + k}\n" for k, day in enumerate(days)))
    found = _found("run", "buy-and-hold", "--benchmark", file, "--out", folder, home=tmp_path)
    assert list(found["benchmarks"]) == ["mine", "sector average"]
    assert found["window"] == ["2015-01-05", "2015-01-08"]
    refused = nqp("verify", folder, home=tmp_path)
    assert refused.returncode == 2
    assert "--benchmark FILE" in refused.stderr
    assert nqp("verify", folder, "--benchmark", file, home=tmp_path).returncode == 0


def test_walk_forward_starts_and_ends_where_it_is_told(tmp_path):
    terms = ("-g", "fall_bp=5,10", "--train-years", "1", "--benchmark", "banks", "--start")
    words = ("walk-forward", "rate-rotation", *terms, "2018-01-01", "--end", "2020-12-31")
    found = _found(*words, home=tmp_path)["windows"]
    assert (found[0]["train_from"], found[-1]["test_to"]) == ("2018-01-02", "2020-12-31")
    done = nqp("walk-forward", "rate-rotation", *terms[:4], "--window", "feb-2024", home=tmp_path)
    assert done.returncode == 2
    assert "sessions are too few for 242 to train on" in done.stderr


def test_evidence_uses_no_data_outside_its_window(tmp_path):
    words = ("evidence", "--thesis", "nqp-2024", "--window", "2024")
    found = {one["id"]: one for one in _found(*words, home=tmp_path)["claims"]}
    # As on the whole record: the first half is measured from the last close of 2023 on.
    assert found["R2"]["value"] == pytest.approx(0.009, abs=5e-4)
    assert found["R7.medicine"]["value"] == pytest.approx(-0.092, abs=5e-4)
    assert found["P4"]["verdict"] == "cannot tell"  # all of it lies before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "--window", "2018", "--start", "2018-03-01"), "its own start and end"),
        (("run", "--window", "2O18"), "there is no window '2O18'"),
        (("run", "--benchmark", "bnaks"), "did you mean 'banks'"),
        (("evidence", "--benchmark", "banks"), "name one before it"),
        (("tune", "rate-rotation:fall_bp=x", "-g", "min_hold=1,2"), "fall_bp was 'x'"),
    ],
)
def test_a_slip_is_told(words, sentence, tmp_path):
    done = nqp(*words, home=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
