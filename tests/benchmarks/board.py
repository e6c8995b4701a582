"""What a slider's move costs on the trigger board: `python -m tests.benchmarks.board`.

Ten years of the real market where `NQP_MARKET_DATA` names it, else of the sample; every control of
every strategy is moved to three of its values. Prints the kernel's and the drawing's milliseconds
by strategy, medians and the longest, against the 300 ms a move may take.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import strategies
from backtest import load_market
from backtest.board import charts, tables
from backtest.board.controls import controls, with_values
from backtest.board.view import view
from backtest.errors import UserError
from backtest.market import Market
from backtest.render.interactive import to_plotly
from backtest.strategy import Strategy
from backtest.views.words import Words
from tests.real import real_market

ALLOWED = 300.0  # milliseconds


def main() -> None:
    folder = os.environ.get("NQP_MARKET_DATA")
    whole = real_market(Path(folder)) if folder else load_market("sample")
    market = whole.between("2015-01-05", "2024-12-31")
    print(f"{market!r}\n{'':24}{'moves':>6}{'median':>9}{'longest':>9} ms")
    with TemporaryDirectory() as home:  # the trials of a benchmark are nobody's
        os.environ["NQP_HOME"] = home
        for name in strategies.__all__:
            kind = getattr(strategies, name)
            if isinstance(kind, type) and issubclass(kind, Strategy):
                _report(kind(), market)


def _report(strategy: Strategy, market: Market) -> None:
    try:
        view(strategy, market)  # what the page has already done when a slider is moved
    except UserError as error:
        print(f"{strategy.name:24} does not run here: {error}")
        return
    times = [
        _move(with_values(strategy, {control.name: value}), market)
        for control in controls(strategy)
        for value in control.some(3)
    ]
    if times:
        said = "" if statistics.median(times) <= ALLOWED else "  MISSED"
        print(
            f"{strategy.name:24}{len(times):6}{statistics.median(times):9.0f}"
            f"{max(times):9.0f}{said}"
        )


def _move(strategy: Strategy, market: Market) -> float:
    begin = time.perf_counter()
    seen = view(strategy, market)
    to_plotly(charts.curves(seen, {}, Words()))
    tables.headline(seen, 1)
    tables.switch_dates(seen).to_html()
    return (time.perf_counter() - begin) * 1e3


if __name__ == "__main__":
    main()
