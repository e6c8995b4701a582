"""Sector-rotation backtests that test a research report claim by claim.

The public names load on first use, so that importing the package stays fast.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from backtest.display import RENDERERS

if TYPE_CHECKING:
    from backtest.costs import ETF_COSTS, FREE, STOCK_COSTS, CostModel
    from backtest.data import load_market
    from backtest.engine.comparison import compare
    from backtest.engine.result import BacktestResult
    from backtest.engine.run import run, run_many
    from backtest.errors import UserError
    from backtest.market import Market
    from backtest.market.rotation_map import rotation_map
    from backtest.market.universe import Universe, load_universe
    from backtest.strategy import RotationStrategy, Strategy, TriggerRotation
    from backtest.strategy.allocation import spread
    from backtest.strategy.check import check
    from backtest.triggers import Signal
    from backtest.tuning.assess import assess
    from backtest.tuning.search import search
    from backtest.tuning.sweep import sweep
    from backtest.tuning.walk_forward import walk_forward

_HOME = {
    "BacktestResult": "backtest.engine.result",
    "CostModel": "backtest.costs",
    "ETF_COSTS": "backtest.costs",
    "FREE": "backtest.costs",
    "Market": "backtest.market",
    "RotationStrategy": "backtest.strategy",
    "STOCK_COSTS": "backtest.costs",
    "Signal": "backtest.triggers",
    "Strategy": "backtest.strategy",
    "TriggerRotation": "backtest.strategy",
    "Universe": "backtest.market.universe",
    "UserError": "backtest.errors",
    "assess": "backtest.tuning.assess",
    "check": "backtest.strategy.check",
    "compare": "backtest.engine.comparison",
    "load_market": "backtest.data",
    "load_universe": "backtest.market.universe",
    "rotation_map": "backtest.market.rotation_map",
    "run": "backtest.engine.run",
    "run_many": "backtest.engine.run",
    "search": "backtest.tuning.search",
    "spread": "backtest.strategy.allocation",
    "sweep": "backtest.tuning.sweep",
    "walk_forward": "backtest.tuning.walk_forward",
}

__all__ = [
    "ETF_COSTS",
    "FREE",
    "STOCK_COSTS",
    "BacktestResult",
    "CostModel",
    "Market",
    "RotationStrategy",
    "Signal",
    "Strategy",
    "TriggerRotation",
    "Universe",
    "UserError",
    "assess",
    "check",
    "compare",
    "load_market",
    "load_universe",
    "rotation_map",
    "run",
    "run_many",
    "search",
    "spread",
    "sweep",
    "walk_forward",
]


def _renderer(module: str, name: str) -> Callable[..., Any]:
    """Return a function of the rooms above, imported when it is first called."""

    def render(*values: Any, **options: Any) -> Any:
        return getattr(import_module(f"backtest.{module}"), name)(*values, **options)

    return render


RENDERERS |= {
    "notebook": _renderer("render.notebook", "shown"),
    "file": _renderer("records.saved", "save_file"),
    "folder": _renderer("records.saved", "save_folder"),
    "picture": _renderer("render.plots", "plot"),
    "figures": _renderer("views.frames", "figures_text"),
    "told": _renderer("render.terminal", "tell"),
    "levels": _renderer("data.intake", "read_levels"),
    "progress": _renderer("render.waiting", "progress_bar"),
    "said": _renderer("views.words", "said_in"),
    "sentences": _renderer("views.pages", "sentences_of"),
    "reliability": _renderer("views.sections.reliability", "reliability"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'backtest' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
