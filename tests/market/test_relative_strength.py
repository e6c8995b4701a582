"""The rotation map's numbers: a case worked by hand, and a second computation in plain loops."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.market.relative_strength import group_levels, quadrants, relative_strength
from backtest.market.rotation_map import rotation_map
from tests.markets import make_market


def test_a_case_worked_by_hand():
    levels = pd.DataFrame({"up": [100.0, 100.0, 110.0, 132.0], "down": [50.0, 50.0, 45.0, 36.0]})
    benchmark = pd.Series([10.0, 10.0, 10.0, 11.0])
    strength, momentum = relative_strength(levels, benchmark, window=2, change=1)
    # up: ratios 10, 10, 11, 12; means 10, 10.5, 11.5; down: 5, 5, 4.5, 3.2727; 5, 4.75, 3.886364
    np.testing.assert_allclose(strength["up"][1:], [100.0, 1100 / 10.5, 1200 / 11.5])
    np.testing.assert_allclose(momentum["up"][2:], [1100 / 10.5, 100 * (12 / 11.5) / (11 / 10.5)])
    named = quadrants(strength, momentum)
    assert named["up"].tolist() == [None, None, "leading", "weakening"]
    assert named["down"].tolist() == [None, None, "lagging", "lagging"]


def test_a_falling_group_whose_fall_slows_is_improving():
    levels = pd.DataFrame({"a": [100.0, 80.0, 72.0, 70.0]})
    strength, momentum = relative_strength(levels, pd.Series([1.0] * 4), window=2, change=1)
    assert strength["a"].iloc[-1] < 100 < momentum["a"].iloc[-1]
    assert quadrants(strength, momentum)["a"].iloc[-1] == "improving"


def test_against_plain_loops():
    market = make_market(sessions=80, late={"computer": 30})
    groups = {"two": ("machinery", "computer"), "none": ("coal",)}
    levels = group_levels(market, groups)
    assert list(levels.columns) == ["two"]
    close, level, expected = market.sector_close, 1.0, []
    for t in range(80):
        moves = [close[s].iloc[t] / close[s].iloc[t - 1] - 1 for s in groups["two"]] if t else []
        known = [move for move in moves if move == move]
        level *= 1 + (sum(known) / len(known) if known else 0.0)
        expected.append(level)
    np.testing.assert_allclose(levels["two"], expected, rtol=1e-12)
    strength, _ = relative_strength(levels, market.equal_weight, window=20, change=5)
    ratio = levels["two"] / market.equal_weight
    assert np.isclose(strength["two"].iloc[50], 100 * ratio.iloc[50] / ratio.iloc[31:51].mean())


def test_the_map_as_of_a_date_uses_nothing_later():
    market = make_market(sessions=200)
    day = market.sessions[150]
    whole, cut = rotation_map(market, as_of=day), rotation_map(market.until(day))
    assert whole.to_json() == cut.to_json()
    later = market.close.copy()
    later.loc[later.index > day] *= 1.5
    altered = replace(market, close=later)
    assert rotation_map(altered, as_of=day).to_json() == whole.to_json()
    tail = whole.tails["computer"]
    assert len(tail) == 12
    assert tail.index[-1] == day
    assert (tail.index[:-1].day_of_week == 4).all()
    point = next(p for p in whole.to_json()["points"] if p["name"] == "computer")
    assert point["tail"][-1]["strength"] == point["strength"]


def test_a_market_too_short_for_the_map_says_what_it_needs():
    with pytest.raises(UserError, match="the map needs 70"):
        rotation_map(make_market(sessions=60))
