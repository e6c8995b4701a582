"""Figures printed in Python say their units, in 80 columns, and stay numbers."""

import pandas as pd
import pytest

from backtest import compare, run, run_many
from strategies import BuyAndHold, EqualWeight, RateRotation, StaticBlend
from tests.markets import make_market
from tests.markup import tables_of


def test_a_summary_is_a_mapping_that_prints_with_units():
    summary = run(BuyAndHold(), make_market(sessions=60)).summary()
    assert isinstance(summary, dict)
    assert f"CAGR {summary['cagr']:+.1%}" in " ".join(repr(summary).split())
    assert summary["cagr"] != round(summary["cagr"], 3)


def test_a_comparison_is_a_frame_that_prints_in_80_columns():
    chosen = [BuyAndHold(), EqualWeight(), StaticBlend(), RateRotation(), RateRotation(fall_bp=5.0)]
    results = run_many(chosen, make_market(sessions=260))
    table = compare(results)
    assert table.loc["buy-and-hold", "sharpe"] == results[0].summary()["sharpe"]
    text = str(table)
    assert max(map(len, text.splitlines())) <= 80
    told = [line.split()[-1] for line in text.splitlines() if line.startswith("Sharpe")]
    assert float(told[-1]) == pytest.approx(table["sharpe"].iloc[-1], abs=0.005)
    assert all(name in text for name in table.index)
    sharpe = next(row for row in tables_of(table._repr_html_())[0] if row[0] == "Sharpe")
    assert [f"{value:.2f}" for value in table["sharpe"]] == sharpe[1:]
    assert type(table[["sharpe", "cagr"]].round(3)) is pd.DataFrame
    assert type(table.loc["buy-and-hold"]) is pd.Series
