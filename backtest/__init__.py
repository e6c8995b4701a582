"""Sector-rotation backtests that test a research report claim by claim.

The public names load on first use, so that importing the package stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backtest.costs import CostModel
    from backtest.data import load_market
    from backtest.engine import run, run_many
    from backtest.errors import UserError
    from backtest.market import Market
    from backtest.result import BacktestResult, compare
    from backtest.strategy import RotationStrategy, Strategy
    from backtest.tuning.search import search
    from backtest.tuning.sweep import sweep
    from backtest.tuning.walk_forward import walk_forward
    from backtest.universe import Universe, load_universe

_HOME = {
    "BacktestResult": "backtest.result",
    "CostModel": "backtest.costs",
    "Market": "backtest.market",
    "RotationStrategy": "backtest.strategy",
    "Strategy": "backtest.strategy",
    "Universe": "backtest.universe",
    "UserError": "backtest.errors",
    "compare": "backtest.result",
    "load_market": "backtest.data",
    "load_universe": "backtest.universe",
    "run": "backtest.engine",
    "run_many": "backtest.engine",
    "search": "backtest.tuning.search",
    "sweep": "backtest.tuning.sweep",
    "walk_forward": "backtest.tuning.walk_forward",
}

__all__ = [
    "BacktestResult",
    "CostModel",
    "Market",
    "RotationStrategy",
    "Strategy",
    "Universe",
    "UserError",
    "compare",
    "load_market",
    "load_universe",
    "run",
    "run_many",
    "search",
    "sweep",
    "walk_forward",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'backtest' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
