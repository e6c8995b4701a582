"""`nqp today` as a shell meets it: a sentence on top, narrow terminals, one JSON document."""

import json
import os
from pathlib import Path

import pytest

from tests.command import nqp


@pytest.mark.parametrize("columns", ["60", "80"])
def test_a_newcomer_gets_an_answer_that_says_it_is_an_example(columns):
    done = nqp("today", "thesis-rotation", "--capital", "100000", columns=columns)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= int(columns)
    said = " ".join(done.stdout.split())
    assert lines[0].startswith("SYNTHETIC DATA")
    assert "As of 2025-12-31 thesis-rotation holds " in said
    assert "Nearest to firing (" in said
    assert "synthetic data: an example, not a recommendation" in said
    assert "typical daily move" in said
    assert "For an account of 100,000 CNY; costs" in said


def test_json_is_one_document_of_the_agreed_shape():
    done = nqp("today", "thesis-rotation", "--json", "--capital", "1e6", "--costs", "stock")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    for key in ("as_of", "data_age_sessions", "holdings", "orders", "triggers"):
        assert key in document
    assert document["synthetic"] is True
    for entry in document["triggers"]:
        assert {"name", "value", "threshold", "distance", "fires"} <= set(entry)
    spent = sum(order["value"] + order["cost"] for order in document["orders"])
    assert 0.99e6 < spent <= 1e6
    assert {"commission", "stamp_duty", "transfer_fee", "slippage"} <= set(document["orders"][0])


def test_an_account_of_ones_own_is_traded(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text("instrument,units\n801780,20\n", encoding="utf-8")
    done = nqp("today", "thesis-rotation", "--json", "--holdings", str(file))
    assert done.returncode == 0, done.stderr
    orders = json.loads(done.stdout)["orders"]
    assert [order["instrument"] for order in orders if order["side"] == "sell"] == ["801780"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["thesis-rotatoin"], "did you mean 'thesis-rotation'"),
        (["--capital", "0"], "--capital was 0; give an amount above 0"),
        (["--capital", "-1"], "--capital was -1; give an amount above 0"),
        (["--capital", "nan"], "--capital was nan; give an amount above 0"),
        (["--capital", "inf"], "--capital was inf; give an amount above 0"),
        (["--capital", "1e308"], "--capital was 1e+308; give an amount above 0 and below 1e+15"),
        (["--holdings", "nowhere.csv"], "there is no file nowhere.csv"),
    ],
)
def test_mistakes_get_one_sentence(words, says):
    done = nqp("today", *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_real_market_is_refused_as_stale_and_shown_on_request():
    if "NQP_MARKET_DATA" not in os.environ:
        pytest.skip("NQP_MARKET_DATA is not set: no real prices to look at")
    folder = Path(os.environ["NQP_MARKET_DATA"])
    sources = ["--prices", folder / "shenwan", "--benchmark", folder / "csi300.csv"]
    sources += ["--series", folder / "rates.csv", "--bond", folder / "511260.csv"]
    stored = nqp("data", "import", "real", *sources, "--universe", "shenwan", "--json")
    assert (stored.returncode, stored.stderr) == (0, "")
    assert json.loads(stored.stdout)["instruments"] == 32
    refused = nqp("today", "--market", "real")
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "sessions ago (more than 3)" in refused.stderr
    words = ("--allow-stale", "--capital", "1e6", "--json")
    shown = nqp("today", "--market", "real", *words)
    assert shown.returncode == 0, shown.stderr
    document = json.loads(shown.stdout)
    assert document["data_age_sessions"] > 3
    assert document["synthetic"] is False
    assert 0 < sum(order["value"] for order in document["orders"]) <= 1e6
    assert any("sessions old" in warning for warning in document["warnings"])
