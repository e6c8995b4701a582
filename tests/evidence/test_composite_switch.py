"""AboveOwnPast asks the same of an index on any scale, from what was known by then."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest import load_market
from backtest.composite import Framework, Indicator, composite, load_framework
from backtest.engine.run import run
from backtest.evidence.composite_variants import FEWEST, AboveOwnPast, CompositeSwitch
from backtest.strategy.basket import Basket
from tests.markets import make_market

SMALL = Framework(
    "small",
    (
        Indicator("strength", "supply", "market.strength_60", "daily"),
        Indicator("rates", "demand", "market.rate_change_60", "daily", direction="down"),
    ),
    tracks=(("technology", ("computer",)),),
)


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=420, seed=3)


def test_the_level_is_held_against_the_median_of_all_levels_so_far(market):
    level = composite(market, SMALL).unlinked["all"].round(8)
    answer = AboveOwnPast(SMALL).answer(market)
    assert answer.notna().sum() == level.notna().sum() - (FEWEST - 1)
    for day in answer.dropna().index[::17]:
        past = level.loc[:day].dropna()
        assert answer[day] == (past.iloc[-1] > np.median(past))


def test_no_later_session_changes_an_answer(market):
    earlier = market.until(market.sessions[300])
    before, after = (AboveOwnPast(SMALL).answer(seen) for seen in (earlier, market))
    pd.testing.assert_series_equal(before, after.loc[: before.index[-1]], check_freq=False)


def test_the_reading_fires_where_the_trigger_does(market):
    asked = AboveOwnPast(SMALL)
    reading = asked.reading(market)
    assert reading.name == "composite index (small)"
    fires = reading.fires
    known = fires.notna()
    assert known.sum() == asked.answer(market).notna().sum() > 100
    assert (fires[known] == asked.answer(market)[known]).all()


@pytest.mark.parametrize("normalization", ["z", "min-max", "rank", "distance"])
@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric"])
def test_it_says_yes_about_as_often_on_every_scale(normalization, aggregation):
    """Above 50 points the level is on 49% of sessions under z, on 2% under distance, geometric."""
    framework = replace(
        load_framework("observable"), normalization=normalization, aggregation=aggregation
    )
    share = AboveOwnPast(framework).answer(load_market("sample")).mean()
    assert 0.35 < share < 0.65


def test_the_switch_holds_its_baskets_by_it(market):
    switch = CompositeSwitch(
        Basket.of("tech", ["computer"]), Basket.of("old", ["construction"]), SMALL, min_hold=1
    )
    fires = AboveOwnPast(SMALL).fires(market)
    regime = switch.regime(market)
    assert (regime[fires] == "tech").all()
    assert (regime[~fires] == "old").all()
    assert run(switch, market).summary()["switches"] > 0
