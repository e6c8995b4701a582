"""Further signs of risk appetite and how the number leans on each; returns with dividends."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.evidence.appetite import FURTHER, appetite, score
from backtest.evidence.dividends import market_for, with_dividends
from backtest.evidence.leads import lead
from backtest.evidence.sensitivity import alternatives
from backtest.evidence.windows import CannotTell, between
from strategies.claims import CLAIMS, REPORT
from tests.markets import make_market

CLAIM = {claim.id: claim for claim in CLAIMS}


def test_a_number_leans_on_each_sign_by_what_it_is_without_it():
    margin = np.r_[np.full(200, 100.0), np.linspace(100, 200, 220)]
    market = make_market(sessions=420, start="2023-06-01", series={"margin_balance": margin})
    window = between(market, market.sessions[300], market.sessions[400], "window")
    observed = appetite(CLAIM["R1"], market, window)
    rows = window.rows
    without = score(market, "turnover").iloc[rows].mean()
    assert observed.parts["lean_turnover"] == pytest.approx(observed.value - without)
    # The margin balance rises throughout: the mean of four signs and a yes.
    more = score(market, also="margin").iloc[rows].mean()
    assert more == pytest.approx((4 * observed.value + 1) / 5)
    assert observed.parts["lean_margin"] == pytest.approx(more - observed.value)
    assert "lean_northbound" not in observed.parts


def test_new_highs_outnumber_lows_while_all_sectors_rise():
    up = np.linspace(10, 30, 200)
    assert FURTHER["highs"](make_market(close={"auto": up, "coal": up})).iloc[-1] == 1.0
    assert FURTHER["highs"](make_market(close={"auto": up, "coal": 40 - up})).iloc[-1] == 0.0


def test_dividends_are_added_by_the_yield_known_before():
    market = make_market(
        close={"auto": [10.0, 10.0, 20.0], "coal": [10.0, 10.0, 10.0]},
        series={"dividend_yield:AUTO": [3.65, 7.3, 0.0], "dividend_yield:coal": [0.0, 0.0, 0.0]},
        start="2024-01-02",
    )
    held = with_dividends(market).close["AUTO"]
    # Tuesday to Thursday: a day each, 1/100 and 2/100 of a percent.
    assert held.tolist() == pytest.approx([10.0, 10.0 * 1.0001, 20.0 * 1.0001 * 1.0002])
    claim = replace(CLAIM["R3"], options=(("returns", "total"),))
    window = between(market, market.sessions[1], market.sessions[2], "all")
    with pytest.raises(CannotTell, match="no dividend yield of BENCHMARK"):
        market_for(replace(claim, basket=None), market)
    basket = replace(claim.basket, weights=(("auto", 1.0),))
    total = replace(claim, basket=basket)
    gain = lead(total, market_for(total, market), window).parts["subject"]
    assert gain == pytest.approx(2.0 * 1.0001 * 1.0002 - 1.0)


def test_the_scorecard_has_a_row_with_dividends_where_yields_are_given():
    sectors = ("construction", "building_materials", "steel", "machinery")
    given = {f"dividend_yield:{name}": np.full(420, 3.0) for name in sectors}
    claim = CLAIM["R3"]
    labels = {}
    for series in ({}, given):
        market = make_market(sessions=420, start="2023-06-01", sectors=sectors, series=series)
        window = between(market, pd.Timestamp("2024-01-01"), pd.Timestamp("2024-06-30"), "2024H1")
        rows = alternatives(claim, REPORT, market, window)
        labels[bool(series)] = [row.label for row in rows]
    assert "with dividends" not in labels[False]
    assert "with dividends" in labels[True]
