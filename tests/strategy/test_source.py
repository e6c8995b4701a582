"""A strategy is what its source does: layout and names aside, edits make another one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from backtest.strategy.source import source_identity
from strategies import RateRotation

FILE = '''
"""Mine."""
from dataclasses import dataclass
from backtest.strategy import Strategy
from backtest.strategy.allocation import equal

SCALE = 1.0


def scaled(weights):
    return weights * SCALE


@dataclass(frozen=True)
class Mine(Strategy):
    """My own."""

    days: int = 5

    def target_weights(self, market):
        return scaled(equal(market))
'''


def identity(tmp_path: Path, text: str, name: str = "Mine") -> str:
    file = tmp_path / f"own_{abs(hash(text))}.py"
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return source_identity(getattr(module, name))


def test_a_built_in_strategy_is_its_name_and_version():
    assert source_identity(RateRotation).startswith("strategies.rate_rotation:RateRotation ")


@pytest.mark.parametrize(
    "layout",
    [
        FILE.replace('    """My own."""\n\n', ""),
        FILE.replace("days: int = 5", "days: int = 5  # a week"),
        FILE.replace("days: int = 5", "days:  int  =  5"),
        FILE + "\n\nOTHER = 3\n",
    ],
)
def test_what_changes_nothing_is_the_same_strategy(tmp_path, layout):
    assert identity(tmp_path, layout) == identity(tmp_path, FILE)


def test_a_renamed_class_is_the_same_strategy(tmp_path):
    renamed = FILE.replace("class Mine", "class Yours")
    assert identity(tmp_path, renamed, "Yours") == identity(tmp_path, FILE)


@pytest.mark.parametrize(
    "edited",
    [
        FILE.replace("days: int = 5", "days: int = 6"),
        FILE.replace("scaled(equal(market))", "equal(market)"),
        FILE.replace("SCALE = 1.0", "SCALE = 0.5"),
        FILE.replace("weights * SCALE", "weights / SCALE"),
        FILE.replace("allocation import equal", "allocation import inverse_volatility as equal"),
    ],
)
def test_an_edit_is_another_strategy(tmp_path, edited):
    assert identity(tmp_path, edited) != identity(tmp_path, FILE)


def test_an_edited_parent_is_another_strategy(tmp_path):
    child = "\n\n@dataclass(frozen=True)\nclass Child(Mine):\n    more: int = 1\n"
    plain = identity(tmp_path, FILE + child, "Child")
    edited = identity(tmp_path, FILE.replace("days: int = 5", "days: int = 6") + child, "Child")
    assert plain != edited


def test_without_a_file_the_compiled_methods_tell_strategies_apart():
    made: list[type] = []
    for body in ("return 1", "return 2", "return 1"):
        space: dict[str, type] = {}
        exec(f"class Typed:\n    def target_weights(self, market):\n        {body}", space)
        made.append(space["Typed"])
    one, two, again = map(source_identity, made)
    assert one == again != two
