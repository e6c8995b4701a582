"""`nqp verify` as a shell meets it: exit 0, 1 with the first difference, 2 with a sentence."""

import json

import pytest

from backtest import UserError, load_market, run
from backtest.cli.lookup import find_strategy
from backtest.records.folder import write_run
from backtest.records.verify import verify
from tests.command import nqp

OWN = '''
from dataclasses import dataclass
from backtest import Strategy
from backtest.strategy.allocation import equal


@dataclass(frozen=True)
class Mine(Strategy):
    """Hold a part of everything."""

    part: float = 0.5

    def target_weights(self, market):
        return equal(market) * self.part
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    done = nqp(
        "run", "thesis-rotation", "--set", "fall_bp=20", "--end", "2018-06-29", "--out", str(out)
    )
    assert done.returncode == 0, done.stderr
    return out


def test_a_run_reproduces_from_anywhere(folder, tmp_path):
    done = nqp("verify", str(folder), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "SYNTHETIC DATA" in done.stdout
    assert "The run reproduces byte for byte" in done.stdout
    assert "report.html" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not list(tmp_path.iterdir())


def test_a_changed_run_exits_1_with_the_first_difference(folder):
    path = folder / "returns.csv"
    whole = path.read_bytes()
    lines = whole.decode().split("\n")
    lines[100] = f"{lines[100].partition(',')[0]},0.5"
    path.write_text("\n".join(lines), "utf-8")
    try:
        done = nqp("verify", str(folder), "--json")
    finally:
        path.write_bytes(whole)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["reproduces"] is False
    assert document["difference"]["file"] == "returns.csv"
    assert document["difference"]["where"].startswith("line 101 (")
    assert document["difference"]["recorded"] == "0.5"
    assert document["sentence"].startswith("The run does not reproduce. returns.csv, line 101 (")
    assert "Traceback" not in done.stderr


def test_ones_own_strategy_has_to_be_handed_in(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(OWN, "utf-8")
    monkeypatch.chdir(tmp_path)
    market = load_market("sample").until("2016-12-30")
    write_run(run(find_strategy("mine.py:Mine", ["part=0.25"]), market), tmp_path / "run")
    refused = nqp("verify", "run", cwd=tmp_path)
    assert refused.returncode == 2
    assert "none of the package" in refused.stderr
    done = nqp("verify", "run", "--strategy", "mine.py:Mine", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "takes the folder of a run"),
        (["nowhere", "--strategy", "mine.py:Mine"], "there is no file mine.py"),
    ],
)
def test_mistakes_get_one_sentence(words, says, tmp_path):
    done = nqp("verify", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert "Traceback" not in done.stderr


RULED = '''
from dataclasses import dataclass
from strategies import RateRotation


@dataclass(frozen=True)
class Ruled(RateRotation):
    """Rates, by a file of one's own."""
'''


def test_a_report_of_ones_own_strategy_has_its_triggers_and_the_run_still_reproduces(tmp_path):
    (tmp_path / "ruled.py").write_text(RULED)
    own = ("--strategy", "ruled.py:Ruled")
    done = nqp("run", "ruled.py:Ruled", "--end", "2016-06-30", "--out", "D", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = tmp_path / "D" / "report.html"
    first = page.read_bytes()
    bare = nqp("report", "D", cwd=tmp_path)
    assert bare.returncode == 0, bare.stderr
    (sentence,) = bare.stderr.splitlines()
    assert "bring them back with --strategy FILE.py:Class" in sentence
    assert page.read_bytes() != first
    whole = nqp("report", "D", *own, cwd=tmp_path)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert page.read_bytes() == first
    assert nqp("verify", "D", *own, cwd=tmp_path).returncode == 0
    other = tmp_path / "mine.py"
    other.write_text(OWN)
    wrong = nqp("report", "D", "--strategy", "mine.py:Mine", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "the run's strategy is ruled, not mine" in wrong.stderr


def test_what_is_no_run_is_named(tmp_path):
    for name, file in (("tuning", "trials.parquet"), ("comparison", "regimes.csv")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).touch()
        (tmp_path / name / "manifest.json").write_text("{}")
        with pytest.raises(UserError, match=f"holds a {name}; verify takes the folder of a run"):
            verify(tmp_path / name, {})
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "index.json").touch()
    with pytest.raises(UserError, match="holds an index; verify takes"):
        verify(tmp_path / "index", {})
    with pytest.raises(UserError, match=r"index\.json is no folder; verify takes"):
        verify(tmp_path / "index" / "index.json", {})
    with pytest.raises(UserError, match="nowhere is no folder; verify takes"):
        verify(tmp_path / "nowhere", {})
