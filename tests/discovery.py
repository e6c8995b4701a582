"""Finds every strategy and every trigger, and an example of each, so that laws leave none out."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

import pandas as pd

import backtest
import strategies
from backtest.market import Market
from backtest.strategy import Strategy
from backtest.triggers import RateFall, Trigger


def above_average(market: Market) -> pd.Series:
    """Answer whether the benchmark is above its average of a hundred sessions."""
    return market.benchmark > market.benchmark.rolling(100).mean()


EXAMPLES: dict[str, Any] = {
    "series": "cn10y",
    "level": 3.0,
    "by": -0.1,
    "k": 1,
    "sectors": ("machinery", "computer"),
    "start": "2020-03-02",
    "end": "2020-09-30",
    "enter": RateFall(5, 20),
    "leave": ~RateFall(5, 20),
    "source": above_average,
    "part": RateFall(5, 20),
    "parts": (RateFall(5, 20), RateFall(10, 40)),
    "first": RateFall(5, 20),
    "otherwise": RateFall(10, 40),
    "basket": ("machinery", "computer"),
    "others": (("auto",), ("pharma_biotech",)),
    "years": 1.0,  # the made-up markets are too short for more
    "a": ("machinery", "computer"),
    "b": ("auto",),
}


def all_strategies() -> list[Strategy]:
    """Return one of every strategy that comes with the package, with its defaults."""
    found = {kind for kind in _below(Strategy) if kind.__module__.startswith("strategies.")}
    listed = {getattr(strategies, name) for name in strategies.__all__}
    assert found == listed, "strategies/__init__.py must export every strategy"
    return [kind() for kind in sorted(found, key=lambda kind: kind.__name__)]


def all_triggers() -> list[Trigger]:
    """Return one of every trigger; a field without a default takes its value from `EXAMPLES`.

    Whatever was imported before, the same ones: every room is imported but the doors, which have
    no triggers and need extras.
    """
    for found in pkgutil.walk_packages(backtest.__path__, "backtest."):
        if not found.name.startswith(("backtest.cli", "backtest.board", "backtest.agent")):
            importlib.import_module(found.name)
    kinds = {kind for kind in _below(Trigger) if kind.__module__.startswith("backtest.")}
    return [_example(kind) for kind in sorted(kinds, key=lambda kind: kind.__name__)]


def _example(kind: type[Trigger]) -> Trigger:
    assert get_type_hints(kind) is not None
    asked = (spec for spec in fields(kind) if spec.init)  # type: ignore[arg-type]
    needed = [spec.name for spec in asked if spec.default is MISSING or spec.name == "years"]
    missing = [name for name in needed if name not in EXAMPLES]
    assert not missing, f"add an example for {kind.__name__}.{missing[0]} to tests/discovery.py"
    return kind(**{name: EXAMPLES[name] for name in needed})


def _below(kind: type) -> set[type]:
    children = set(kind.__subclasses__())
    below = children.union(*(_below(child) for child in children))
    return {child for child in below if not inspect.isabstract(child)}
