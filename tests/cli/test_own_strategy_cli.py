"""A strategy of the user's own that looks ahead is caught wherever it is run."""

import json

import pytest

from backtest import load_market, run
from tests.command import nqp

PEEKING = """
from dataclasses import dataclass
from backtest import Strategy

@dataclass(frozen=True)
class Peeking(Strategy):
    \"\"\"Hold tomorrow's winners.\"\"\"

    def target_weights(self, market):
        up = market.close.shift(-1) > market.close
        return up.div(up.sum(axis=1).replace(0, 1), axis=0)
"""
HONEST = PEEKING.replace(".shift(-1) >", ".shift(1) <").replace("Peeking", "Honest")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "peek.py").write_text(PEEKING)
    (tmp_path / "honest.py").write_text(HONEST)
    return tmp_path


def test_a_run_that_looks_ahead_says_so_first_everywhere(folder):
    words = ("--end", "2017-12-29", "--out", "found")
    done = nqp("run", "peek.py:Peeking", *words, cwd=folder, columns=200)
    assert done.returncode == 0
    first = done.stdout.splitlines()[0]
    assert first.startswith("looks ahead: weights of 20")
    assert "change when later data are cut off; run 'nqp check peek.py:Peeking'" in first
    assert "Not attainable: the strategy uses data from the future" in " ".join(done.stdout.split())
    manifest = json.loads((folder / "found" / "manifest.json").read_text())
    assert manifest["look_ahead"].startswith("weights of 20")
    assert manifest["source"].startswith("source ")
    assert "looks ahead: weights of" in (folder / "found" / "report.html").read_text()
    said = json.loads(nqp("run", "peek.py", *words[:2], "--json", cwd=folder).stdout)
    assert said["warnings"][0] == first
    again = nqp("verify", "found", "--strategy", "peek.py:Peeking", cwd=folder)
    assert again.returncode == 0


def test_an_honest_one_is_looked_at_and_a_built_in_one_needs_no_look(folder):
    said = json.loads(nqp("run", "honest.py", "--json", cwd=folder).stdout)
    assert said["manifest"]["look_ahead"] == "none found"
    assert not any("looks ahead" in text for text in said["warnings"])
    said = json.loads(nqp("run", "equal-weight", "--json", cwd=folder).stdout)
    assert said["manifest"]["look_ahead"] == "built in"


def test_no_check_leaves_the_look_out_and_says_so(folder):
    said = json.loads(nqp("run", "peek.py", "--no-check", "--json", cwd=folder).stdout)
    assert said["manifest"]["look_ahead"] == "not checked"
    assert said["warnings"][0].startswith("not checked for look-ahead")


def test_a_comparison_names_the_one_that_looks_ahead(folder):
    done = nqp("compare", "peek.py", "honest.py", "equal-weight", cwd=folder, columns=200)
    assert done.stdout.startswith("peeking: looks ahead: weights of")
    assert done.stdout.count("looks ahead") == 1


def test_costs_have_the_names_the_shell_knows():
    from strategies import EqualWeight

    market = load_market("sample").until("2017-12-29")
    named = run(EqualWeight(), market, costs="free")
    assert named.manifest["costs"] == "free"
    assert named.orders["cost"].sum() == 0.0
    with pytest.raises(ValueError, match="costs was 'fre'; did you mean 'free'"):
        run(EqualWeight(), market, costs="fre")
    with pytest.raises(ValueError, match="costs was 5; give a CostModel"):
        run(EqualWeight(), market, costs=5)


KNOWING = """
from dataclasses import dataclass
from backtest import TriggerRotation
from backtest.triggers import Always, Signal

@dataclass(frozen=True)
class Knowing(TriggerRotation):
    \"\"\"Hold electronics before the weeks in which they beat agriculture.\"\"\"

    ahead: int = 20

    def rules(self):
        def better(market):
            moved = market.close.shift(-self.ahead) / market.close
            first, second = (market.by_sector[name][0] for name in ("electronics", "agriculture"))
            return moved[first] > moved[second]
        return {"up": Signal(better), "down": Always()}

    def baskets(self, market):
        return {"up": ["electronics"], "down": ["agriculture"]}
"""


@pytest.mark.parametrize("command", ["tune", "walk-forward"])
@pytest.mark.parametrize("looked", [True, False], ids=["checked", "not checked"])
def test_what_knows_the_future_is_never_called_skill(tmp_path, command, looked):
    (tmp_path / "knowing.py").write_text(KNOWING)
    words = [command, "knowing.py", "--grid", "ahead=20,30", "--end", "2020-12-31", "--json"]
    done = nqp(*words, *([] if looked else ["--no-check"]), cwd=tmp_path, home=tmp_path / "home")
    honesty = json.loads(done.stdout)["honesty"]
    assert honesty["timing"]["p"] < 0.01
    assert honesty["break_even"] > honesty["costs"]
    assert honesty["verdict"] == "cannot tell"
    said = "It looks ahead" if looked else "It was not checked for look-ahead"
    assert honesty["banner"].startswith(said)
