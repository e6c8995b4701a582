"""The command as a shell meets it: exit codes, one sentence, nothing but JSON on stdout."""

import json
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest

import strategies
from backtest import load_market, run
from backtest.engine.comparison import Comparison
from backtest.render.terminal import show
from backtest.views.compare_report import compare_page
from backtest.views.words import Words
from strategies import EqualWeight, StaticBlend
from tests.command import nqp

OWN = '''
from dataclasses import dataclass
import pandas as pd
from backtest import Strategy
from backtest.strategy.allocation import equal


@dataclass(frozen=True)
class Mine(Strategy):
    """Hold a part of everything."""

    part: float = 0.5

    def target_weights(self, market):
        return equal(market) * self.part


@dataclass(frozen=True)
class Broken(Strategy):
    """Ask for too much."""

    def target_weights(self, market):
        return equal(market) * 3
'''


RAISES = '''
from dataclasses import dataclass
from backtest import Strategy

@dataclass(frozen=True)
class Raises(Strategy):
    """Fail."""
    def target_weights(self, market):
        return 1 / 0
'''
PRINTING = """        print("weights")
        return equal(market) * self.part"""


def test_run_prints_a_table_and_that_the_market_is_synthetic(tmp_path):
    done = nqp("run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "SYNTHETIC DATA" in done.stdout
    assert "Max drawdown" in done.stdout
    assert "simulating" in done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not list(tmp_path.iterdir())


def test_run_json_is_one_document_and_out_writes_the_folder(tmp_path):
    out = tmp_path / "run"
    done = nqp("run", "thesis-rotation", "--json", "--out", str(out), "--set", "fall_bp=20")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["parameters"]["fall_bp"] == 20
    assert document["synthetic"] is True
    assert json.loads((out / "summary.json").read_text("utf-8")) == document


def test_compare_has_a_row_each(tmp_path):
    done = nqp("compare", "equal-weight", "static-blend", "--start", "2020-01-01", "--json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert [entry["strategy"] for entry in results] == ["equal-weight", "static-blend"]
    assert results[0]["window"][0] == "2020-01-02"


def test_compare_prints_every_strategy_in_a_narrow_terminal():
    done = nqp("compare", "--start", "2024-01-02")
    assert done.returncode == 0, done.stderr
    assert "breakthrough-overlay" in done.stdout
    assert "two-bull-rotation" in done.stdout


def test_compare_of_all_leaves_out_what_cannot_run_there(tmp_path):
    market = tmp_path / "two"
    market.mkdir()
    days = pd.bdate_range("2024-03-01", "2024-06-28").strftime("%Y-%m-%d")
    rows = [
        f"{name},{day},{100 + number % 7}"
        for name in ("XLK", "XLF", "SPY")
        for number, day in enumerate(days)
    ]
    (market / "prices.csv").write_text("\n".join(["instrument,date,close", *rows]))
    home = tmp_path / "home"
    done = nqp(
        *("data", "import", "two", "--prices", str(market / "prices.csv")),
        *("--universe", "us-spdr"),
        home=home,
    )
    assert done.returncode == 0, done.stderr
    done = nqp("compare", "--market", "two", "--json", home=home)
    assert done.returncode == 0, done.stderr
    assert "left out export-chain-rotation: " in done.stderr
    names = [entry["strategy"] for entry in json.loads(done.stdout)["results"]]
    assert "equal-weight" in names


def test_a_strategy_says_its_rule_its_parameters_and_what_refutes_it():
    done = nqp("strategies", "rate-rotation", columns=120)
    assert done.returncode == 0, done.stderr
    for said in (
        "enter once the yield is `fall_bp` or more lower",
        "basis points",
        "1 or more",
        "R4  In the second half the risk-free rate trends down, with swings.",
        "R7.medicine  In the second half",
        "Refuted if NQP tracks do no better than traditional chains",
    ):
        assert said in done.stdout
    (document,) = json.loads(nqp("strategies", "rate-rotation", "--json").stdout)["strategies"]
    assert document["refuted_by"].startswith("Refuted if NQP tracks")
    assert document["about"]["min_hold"] == {
        "what": "for which a switch stands",
        "unit": "sessions",
        "values": "1 or more",
    }
    assert document["parameters"]["fall_bp"] == 10.0
    missing = nqp("strategies", "rate-rotatoin")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "did you mean 'rate-rotation'" in missing.stderr


def test_a_strategy_of_ones_own_says_what_it_says(tmp_path):
    file = tmp_path / "own.py"
    file.write_text(
        "from dataclasses import dataclass\n"
        "from backtest.strategy import Strategy\n\n"
        "@dataclass(frozen=True)\n"
        "class Quiet(Strategy):\n"
        "    share: float = 0.5\n\n"
        "    def target_weights(self, market):\n"
        "        return market.close * 0\n"
    )
    done = nqp("strategies", f"{file}:Quiet", columns=120)
    assert done.returncode == 0, done.stderr
    assert "share" in done.stdout
    assert "Refuted" not in done.stdout


def test_a_portfolio_that_never_invested_is_said_on_top():
    done = nqp("run", "sector-momentum", "--end", "2015-06-30", columns=120)
    assert done.returncode == 0, done.stderr
    assert "no order was placed: the portfolio stayed in cash" in done.stdout.splitlines()[:3]
    done = nqp("compare", "sector-momentum", "equal-weight", "--end", "2015-06-30", columns=120)
    first = "sector-momentum: no order was placed: the portfolio stayed in cash"
    assert first in done.stdout.splitlines()[:3]
    never = nqp("run", "sector-momentum", "--set", "rebalance=never", "--json")
    assert json.loads(never.stdout)["summary"]["turnover"] > 0


def test_strategies_lists_claims_and_parameters():
    done = nqp("strategies")
    assert "thesis-rotation  [R1, R2, R4, R5, R7, R8]" in done.stdout
    assert "fall_bp=10.0" in done.stdout
    listed = json.loads(nqp("strategies", "--json").stdout)["strategies"]
    assert len(listed) == len(strategies.__all__)
    assert all(entry["summary"] for entry in listed)


def test_ones_own_strategy_runs_from_a_file(tmp_path):
    (tmp_path / "mine.py").write_text(OWN)
    done = nqp("run", "mine.py:Mine", "--set", "part=0.25", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["parameters"] == {"part": 0.25}


def test_a_strategy_within_a_strategy_is_set_by_name():
    done = nqp("run", "breakthrough-overlay", "--set", "inner=equal-weight", "--json")
    assert done.returncode == 0, done.stderr
    inner = json.loads(done.stdout)["parameters"]["inner"]
    assert inner["strategy"] == "equal-weight"
    assert inner["rebalance"] == "monthly"


def test_help_and_version_do_not_import_pandas():
    code = (
        "import sys, runpy; sys.argv = ['nqp', {word!r}]\n"
        "from backtest.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {{'pandas', 'numpy', 'vectorbt', 'pyarrow', 'matplotlib', 'yfinance'}}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    for word in ("--help", "--version"):
        done = subprocess.run(
            [sys.executable, "-c", code.format(word=word)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "nqp" in done.stdout


MISTAKES = {
    "unknown strategy": (("run", "thesis-rotatoin"), "did you mean 'thesis-rotation'?"),
    "misspelt parameter": (("run", "--set", "fal_bp=5"), "did you mean 'fall_bp'?"),
    "parameter without a value": (("run", "--set", "fall_bp"), "write it as NAME=VALUE"),
    "no number": (("run", "--set", "fall_bp=nan"), "give a finite number"),
    "infinity": (("run", "--set", "fall_bp=-inf"), "give a finite number"),
    "text for a number": (("run", "--set", "fall_bp=ten"), "give a number"),
    "fraction for a whole number": (("run", "--set", "min_hold=2.5"), "give a whole number"),
    "parameter out of range": (
        ("run", "--set", "sleeve=2"),
        "ThesisRotation.sleeve was 2.0; give a number from 0 to 1",
    ),
    "window of nothing": (("run", "--set", "fall_window=0"), "fall_window was 0; give 1 or more"),
    "unknown schedule": (("run", "--set", "rebalance=hourly"), "weekly"),
    "unknown basket": (("run", "buy-and-hold", "--set", "basket=npq"), "did you mean 'nqp'?"),
    "start after end": (("run", "--start", "2024-06-01", "--end", "2024-01-01"), "swap them"),
    "not a date": (("run", "--start", "soon"), "write it as 2024-06-28"),
    "end before the data": (("run", "--end", "1999-01-01"), "it runs from 2015-01-05"),
    "start after the data": (("run", "--start", "2030-01-01"), "market sample ends on 2025-12-31"),
    "one day": (("run", "--end", "2015-01-05"), "a backtest needs at least 2"),
    "no cash": (("run", "--cash", "0"), "cash was 0.0; give a number above 0"),
    "no end of cash": (("run", "--cash", "inf"), "--cash was inf; give an amount below 1e+15"),
    "unknown costs": (("run", "--costs", "eft"), "did you mean 'etf'?"),
    "unknown fill": (("run", "--fill", "noon"), "choose open or close"),
    "unknown market": (("run", "--market", "smaple"), "sample"),
    "hostile market name": (("run", "--market", "../../etc/passwd"), "market"),
    "missing file": (("run", "nofile.py:Mine"), "there is no file nofile.py"),
    "missing class": (("run", "mine.py:Yours"), "has no strategy 'Yours'"),
    "file that does not import": (("run", "bad.py:Mine"), "bad.py, line 1: SyntaxError: "),
    "file without a strategy": (("run", "empty.py"), "defines no strategy"),
    "file that fails": (("run", "name.py:Mine"), "name.py, line 2: NameError: name 'y' is not"),
    "file that leaves": (("run", "leave.py:Mine"), "leave.py, line 2: SystemExit: 0; it ends"),
    "rule that fails": (("run", "raises.py:Raises"), "raises.py, line 9: ZeroDivisionError: "),
    "unknown command": (("rnu",), "no such command 'rnu'; did you mean 'run'?"),
    "unlike any command": (("xyzq",), "no such command 'xyzq'; see 'nqp --help'"),
    "unknown option": (("run", "--markte", "sample"), "did you mean '--market'?"),
    "text for an amount": (("run", "--cash", "x"), "see 'nqp run --help'"),
    "missing argument": (("data", "import"), "see 'nqp data import --help'"),
    "weights above one": (("run", "mine.py:Broken"), "let a row sum to at most 1"),
    "missing event file": (("run", "policy-catalyst", "--set", "events=no.csv"), "no event file"),
    "bad event file": (("run", "policy-catalyst", "--set", "events=mine.py"), "is no CSV in UTF-8"),
    "out is a file": (("run", "--out", "mine.py"), "is a file; name a folder"),
    "out holds other things": (("run", "--out", "."), "holds other files"),
    "strategy in compare": (("compare", "equal-weigth"), "did you mean 'equal-weight'?"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_and_exit_2(mistake, tmp_path):
    (tmp_path / "mine.py").write_text(OWN)
    (tmp_path / "bad.py").write_text("def (")
    (tmp_path / "empty.py").write_text("x = 1\n")
    (tmp_path / "name.py").write_text("x = 1\ny\n")
    (tmp_path / "leave.py").write_text("import sys\nsys.exit(0)\n")
    (tmp_path / "raises.py").write_text(RAISES)
    before = sorted(path.name for path in tmp_path.iterdir())
    words, says = MISTAKES[mistake]
    done = nqp(*words, cwd=tmp_path, home=tmp_path / "home")
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    sentence = [line for line in done.stderr.splitlines() if not line.endswith(" …")]
    assert len(sentence) == 1, done.stderr
    assert done.stdout == ""
    after = sorted(path.name for path in tmp_path.iterdir() if path.name != "__pycache__")
    assert after == before


def test_a_command_without_its_command_shows_the_help():
    done = nqp("data")
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: nqp data ")
    assert (done.stdout, "Traceback" in done.stderr) == ("", False)


def test_what_ones_own_file_prints_is_no_part_of_the_document(tmp_path):
    printing = OWN.replace("        return equal(market) * self.part", PRINTING)
    (tmp_path / "mine.py").write_text(f"print('module')\n{printing}")
    done = nqp("run", "mine.py:Mine", "--end", "2016-06-30", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["strategy"] == "mine"
    assert {"module", "weights"} <= set(done.stderr.splitlines())


def test_a_warning_in_a_comparison_names_the_strategies_it_is_about(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    result = run(EqualWeight(), load_market("sample").until("2016-06-30"))
    first = replace(result, warnings=("both", "alone"))
    second = replace(result, strategy=StaticBlend(), warnings=("both",))
    show(compare_page(Comparison.of([first, second]), Words()))
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ")]
    assert said == ["note: both", "note: equal-weight: alone"]


def test_a_fault_of_ours_is_exit_1_and_says_so():
    code = (
        "from backtest.cli import main\n"
        "from backtest.cli.commands import app\n"
        "@app.command('boom')\n"
        "def boom() -> None: raise RuntimeError('wheel fell off')\n"
        "import sys; sys.argv = ['nqp', 'boom']; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "fault of nqp-rotation" in done.stderr
    assert "wheel fell off" in done.stderr
