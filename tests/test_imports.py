"""What may be imported when: starting up stays fast, and light parts never load vectorbt."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


LIGHT = (
    "import strategies, backtest.triggers, backtest.engine.metrics, backtest.strategy.allocation\n"
    "import backtest.engine.run\n"
    "from backtest import load_market; load_market('sample')"
)


def imported(*steps: str) -> list[set[str]]:
    """Return what one process has imported after each step."""
    code = "\n".join(f"{step}\nprint(*sys.modules)" for step in ("import sys", *steps))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [set(line.split()) for line in done.stdout.splitlines()[1:]]


def test_only_simulations_load_vectorbt_and_only_searches_optuna():
    package, light, search = imported("import backtest", LIGHT, "import backtest.tuning.search")
    assert not {"pandas", "numpy", "typer"} & package
    assert not {"vectorbt", "numba", "matplotlib", "yfinance"} & light
    assert {"backtest.tuning.search", "pandas"} <= search
    assert "optuna" not in search


def test_tests_of_triggers_strategies_and_metrics_do_not_simulate():
    files = [
        *HERE.glob("triggers/*.py"),
        *HERE.glob("strategies/*.py"),
        HERE / "engine" / "test_metrics.py",
    ]
    assert len(files) > 15
    for file in files:
        heavy = re.search(
            r"vectorbt|backtest\.engine\.(run|simulate)|import .*\brun\b", file.read_text()
        )
        assert heavy is None, f"{file.name} has {heavy and heavy.group()}"


def test_every_public_name_is_there():
    import backtest

    for name in backtest.__all__:
        assert getattr(backtest, name) is not None
    assert set(dir(backtest)) == set(backtest.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = backtest.nothing
