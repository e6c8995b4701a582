"""`nqp journal` as a shell meets it: record, register, score, and be told of tampering."""

import json

from backtest.today.journal import journal_path
from tests.command import nqp


def test_record_register_and_score():
    assert "Nothing is recorded yet" in nqp("journal").stdout
    done = nqp("today", "rate-rotation", "--set", "fall_bp=20", "--record", "--json")
    assert json.loads(done.stdout)["recorded"] == 1
    done = nqp("journal", "register", "equal-weight", "--until", "2099-12-31")
    assert "registered as entry 2" in done.stdout
    done = nqp("journal", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["problems"] == []
    assert found["entries"][0]["body"]["parameters"]["fall_bp"] == 20.0
    assert found["forward"][0]["entries"][0]["sessions"] == 0
    assert found["registered"][0]["verdict"] == "cannot tell"
    assert found["forward"][0]["benchmark"] == "CSI 300"
    own = json.loads(nqp("journal", "--benchmark", "banks", "--json").stdout)
    assert own["forward"][0]["benchmark"] == "banks"
    assert "banks" in nqp("journal", "--benchmark", "banks").stdout
    narrow = nqp("journal", columns=60)
    assert max(map(len, narrow.stdout.splitlines())) <= 60
    assert "rate-rotation on sample" in narrow.stdout
    assert "前瞻记录" in nqp("journal", "--lang", "zh").stdout


def test_a_changed_entry_is_exit_1_and_named():
    assert nqp("today", "equal-weight", "--record").returncode == 0
    text = journal_path().read_text("utf-8")
    journal_path().write_text(text.replace('"regime": "equal-weight"', '"regime": "nqp"'), "utf-8")
    done = nqp("journal")
    assert done.returncode == 1
    assert "journal entry 1" in done.stdout
    assert "was changed after it was written" in done.stdout
    refused = nqp("today", "equal-weight", "--record")
    assert refused.returncode == 2
    assert "nothing is added" in refused.stderr


def test_a_window_that_is_over_cannot_be_registered():
    done = nqp("journal", "register", "equal-weight", "--until", "2020-06-30")
    assert done.returncode == 2
    assert "already has data up to 2025-12-31" in done.stderr
    assert "not a date" in nqp("journal", "register", "equal-weight", "--until", "June").stderr


def test_a_market_or_a_strategy_that_is_gone_is_said_and_the_rest_is_scored(tmp_path):
    own = tmp_path / "mine.py"
    own.write_text(
        "from dataclasses import dataclass\n"
        "from backtest import Strategy\n"
        "from backtest.strategy.allocation import equal\n"
        "@dataclass(frozen=True)\n"
        "class Mine(Strategy):\n"
        "    def target_weights(self, market):\n"
        "        return equal(market)\n",
        "utf-8",
    )
    assert nqp("today", f"{own}:Mine", "--record").returncode == 0
    assert nqp("today", "equal-weight", "--record").returncode == 0
    done = nqp("journal", "--json")
    found = json.loads(done.stdout)
    assert [one["strategy"] for one in found["forward"]] == ["equal-weight"]
    assert "entry 1: the run's strategy" in found["notes"][0]
    whole = json.loads(nqp("journal", "--strategy", f"{own}:Mine", "--json").stdout)
    assert len(whole["forward"]) == 2
    own.write_text(own.read_text("utf-8").replace("equal(market)", "equal(market) * 0.5"), "utf-8")
    edited = json.loads(nqp("journal", "--strategy", f"{own}:Mine", "--json").stdout)
    assert "are not those recorded" in edited["notes"][0]


def test_a_report_says_since_when_the_same_rules_are_recorded(tmp_path):
    assert nqp("today", "equal-weight", "--record").returncode == 0
    for words, says in [
        (["equal-weight"], True),
        (["equal-weight", "--set", "rebalance=yearly"], False),
    ]:
        folder = tmp_path / str(says)
        assert nqp("run", *words, "--out", folder).returncode == 0
        page = (folder / "report.html").read_text("utf-8")
        assert ("Recorded forward since" in page) == says
    assert nqp("report", tmp_path / "True", "--lang", "zh").returncode == 0
    (page,) = (tmp_path / "True").glob("report*zh*.html")
    assert "前瞻记录：共1条" in page.read_text("utf-8")
