"""nqp check: exit 0, or 1 with the first date, the input that leaks and what else is wrong."""

import json

import pytest

from backtest import Signal, check
from backtest.strategy import faults
from backtest.strategy.process import Elsewhere
from tests.command import nqp
from tests.markets import make_market

HEAD = """
from dataclasses import dataclass
import numpy as np, pandas as pd
from backtest import Strategy
from backtest.strategy.allocation import cash, equal, spread

@dataclass(frozen=True)
class Mine(Strategy):
    days: int = 5
    unused: float = 1.0
    def target_weights(self, market):
        {body}
"""
BODIES = {
    "it sees next week": (
        "up = market.benchmark.pct_change(5).shift(-5) > 0; return equal(market).where(up, 0.0)",
        1,
    ),
    "it holds back": (
        "rose = market.benchmark.pct_change(self.days) > 0; return equal(market).where(rose, 0.0)",
        0,
    ),
    "it keeps a state": ("np.random.seed(None); return equal(market) * np.random.rand()", 1),
    "it keeps the first market it saw": (
        "seen = globals().setdefault('seen', market.benchmark); up = seen.shift(-1) > seen; "
        "return equal(market).where(up.reindex(market.sessions, fill_value=False), 0.0)",
        1,
    ),
    "it asks a set": (
        "names = list(set(market.close.columns)); "
        "return equal(market) * pd.Series(np.linspace(0.5, 1.0, len(names)), names)",
        1,
    ),
    "the first column wins": ("return spread(market, market.close.columns[3])", 1),
    "it waits": ("return cash(market)", 1),
}
ELSEWHERE = ("it holds back", "it keeps the first market it saw", "it asks a set")


def asked(folder, body):
    """Check a strategy with this body; the exit code and the document."""
    (folder / "mine.py").write_text(HEAD.format(body=body))
    words = ("check", "mine.py:Mine", "--json", "--dates", "4")
    done = nqp(*words, cwd=folder, home=folder / "home")
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What the command leaves of every case: its exit code, its document, and its folder.

    The other process is asked only where something depends on it.
    """
    found = {}
    for case, (body, _) in BODIES.items():
        folder = tmp_path_factory.mktemp("case")
        with pytest.MonkeyPatch.context() as patch:
            if case not in ELSEWHERE:
                patch.setattr(faults, "in_another_process", lambda *asked: Elsewhere(None))
            found[case] = *asked(folder, body), folder
    return found


@pytest.mark.parametrize("case", BODIES)
def test_exit_0_if_nothing_is_wrong_and_1_if_something_is(case, checked):
    code = BODIES[case][1]
    returned, found, _ = checked[case]
    assert returned == code
    assert found["passes"] is (code == 0)
    assert {"passes", "first", "leaks"} <= set(found)


def test_the_input_the_date_and_the_instruments_are_named(checked):
    _, found, folder = checked["it sees next week"]
    (leak,) = found["leaks"]
    assert leak["input"] == "benchmark"
    assert found["first"] == leak["first"] <= leak["cut"]
    assert 1 <= leak["sessions_ahead"] <= 5
    assert leak["instruments"]
    done = nqp("check", "mine.py", "--dates", "4", cwd=folder, columns=200)
    assert done.returncode == 1
    assert f"first on {found['first']}" in done.stdout
    assert "benchmark: it looks" in done.stdout


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("it keeps a state", "not deterministic"),
        ("it keeps the first market it saw", "not deterministic"),
        ("it asks a set", "not deterministic"),
        ("the first column wins", "order of instruments"),
        ("it waits", "too short"),
    ],
)
def test_what_else_is_wrong_is_named(case, kind, checked):
    _, found, _ = checked[case]
    assert kind in [fault["kind"] for fault in found["faults"] if fault["fails"]]


def test_a_parameter_that_changes_nothing_is_said_and_fails_nothing(checked):
    returned, found, _ = checked["it holds back"]
    assert returned == 0
    (fault,) = found["faults"]
    assert (fault["kind"], fault["fails"]) == ("dead parameter", False)
    assert fault["message"].startswith("unused changes nothing here")


def test_a_file_it_reads_itself_is_named(tmp_path):
    (tmp_path / "own.csv").write_text("weight\n0.5\n")
    _, found = asked(tmp_path, "return equal(market) * pd.read_csv('own.csv').weight[0]")
    (said,) = [fault for fault in found["faults"] if fault["kind"] == "reads a file"]
    assert (said["fails"], said["message"].split(",")[0]) == (False, "it reads own.csv itself")


def test_a_trigger_of_a_file_is_checked_too(tmp_path):
    text = """
from dataclasses import dataclass
from backtest.triggers import Trigger

@dataclass(frozen=True)
class Peek(Trigger):
    def evaluate(self, market):
        return market.benchmark.shift(-1) > market.benchmark
"""
    (tmp_path / "peek.py").write_text(text)
    done = nqp("check", "peek.py:Peek", "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert [leak["input"] for leak in json.loads(done.stdout)["leaks"]] == ["benchmark"]


def test_a_built_in_strategy_passes_from_the_shell(tmp_path):
    done = nqp("check", "equal-weight", "--dates", "2", cwd=tmp_path)
    assert done.returncode == 0
    assert "It passes" in done.stdout


def test_a_signal_of_a_series_needs_its_knowledge_dates():
    market = make_market(sessions=200)
    past = market.benchmark > market.benchmark.rolling(20).mean()
    assert check(Signal(past, known=past.index), market, dates=4).passes
    assert [fault.kind for fault in check(Signal(past), market, dates=4).faults if fault.fails] == [
        "no knowledge dates"
    ]
    assert not check(Signal(lambda seen: seen.benchmark > seen.benchmark.mean()), market).passes


def test_a_market_too_short_does_not_pass():
    market = make_market(sessions=60)
    found = check(Signal(lambda seen: seen.benchmark > seen.benchmark.rolling(30).mean()), market)
    short = make_market(sessions=40)
    again = check(Signal(lambda seen: seen.benchmark > seen.benchmark.rolling(30).mean()), short)
    assert found.leaks == again.leaks == ()
    assert [fault.kind for fault in again.faults if fault.fails] == ["too short"]
