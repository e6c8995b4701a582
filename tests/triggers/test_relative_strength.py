"""Quadrants as triggers: each is exactly one of four, and unknown while it cannot be known."""

import pytest

from backtest.errors import UserError
from backtest.market.relative_strength import (
    QUADRANTS,
    group_levels,
    quadrants,
    relative_strength,
)
from backtest.triggers import InQuadrant
from tests.markets import make_market


def test_a_trigger_fires_where_the_map_shows_its_quadrant():
    market = make_market(sessions=200)
    group = ("machinery", "auto")
    levels = group_levels(market, {"group": group})
    strength, momentum = relative_strength(levels, market.equal_weight, window=30, change=5)
    named = quadrants(strength, momentum)["group"]
    for quadrant in QUADRANTS:
        answer = InQuadrant(group, quadrant, window=30, change=5).answer(market)
        assert answer.isna().equals(named.isna())
        assert (answer.fillna(False) == (named == quadrant)).all()
        assert answer.fillna(False).any()
    assert named.isna().sum() == 29 + 5


def test_a_group_the_market_lacks_is_in_no_quadrant():
    market = make_market(sessions=100)
    assert not InQuadrant(("coal",), "lagging").fires(market).any()


def test_an_unknown_quadrant_is_named():
    with pytest.raises(UserError, match="did you mean 'leading'"):
        InQuadrant(("coal",), "leadin")
