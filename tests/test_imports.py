"""What may be imported when: starting up stays fast, and light parts never load vectorbt."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def imported(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import strategies",
        "import backtest.triggers, backtest.engine.metrics, backtest.strategy.allocation",
        "import backtest.engine.run",
        "from backtest import load_market; load_market('sample')",
    ],
)
def test_vectorbt_is_loaded_by_simulations_only(code):
    assert not {"vectorbt", "numba", "matplotlib", "yfinance"} & imported(code)


def test_the_package_itself_imports_nothing_heavy():
    assert not {"pandas", "numpy", "typer"} & imported("import backtest")


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
