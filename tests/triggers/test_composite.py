"""Triggers on the composite index: by hand, in the algebra, and computed once for a sweep."""

from dataclasses import dataclass, replace

import pandas as pd
import pytest

from backtest.composite import composite
from backtest.errors import UserError
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import cash
from backtest.triggers import CompositeAbove, CompositeRising, Confirmed, Latch
from tests.composite.made import framework, indicator, market
from tests.markets import make_market

T, F, N = True, False, pd.NA
ONE = framework(indicator("a"), indicator("b", "demand"), normalization="min-max")


def made():
    """An index of 100, 50.5, 50.5, 100 after two sessions of nothing; demand is at 100."""
    return market(a=[1, 2, 3, 0, 0, 9], b=[1, 2, 3, 4, 5, 6])


def test_above_a_level():
    assert CompositeAbove(50.5, ONE).answer(made()).tolist() == [N, N, T, F, F, T]
    assert CompositeAbove(50.4, ONE).answer(made()).tolist() == [N, N, T, T, T, T]


def test_above_a_level_in_one_pillar():
    assert CompositeAbove(50, ONE, "supply").answer(made()).tolist() == [N, N, T, F, F, T]
    assert CompositeAbove(50, ONE, "demand").answer(made()).tolist() == [N, N, T, T, T, T]


def test_rising_by_points_over_a_window():
    rising = CompositeRising(window=1, by=49.5, framework=ONE)
    assert rising.answer(made()).tolist() == [N, N, N, F, F, T]
    assert replace(rising, by=49.6).answer(made()).tolist() == [N, N, N, F, F, F]
    assert replace(rising, pillar="demand", by=0.1).answer(made()).tolist() == [N, N, N, F, F, F]


def test_what_enters_does_not_make_it_rise():
    later = replace(ONE.indicators[1], enters=made().sessions[5].date())
    asked = replace(ONE, indicators=(ONE.indicators[0], later), min_coverage=0.5)
    held = market(a=[1, 2, 3, 0, 0, 0], b=[1, 2, 3, 4, 5, 6])
    assert composite(held, asked).unlinked["all"].diff().iloc[-1] == 49.5
    assert CompositeRising(1, 1.0, asked).answer(held).tolist() == [N, N, N, F, F, F]


def test_readings_say_points_and_what_is_measured():
    reading = CompositeAbove(60.0, ONE, "supply").reading(made())
    assert reading.name == "composite index (made, supply)"
    assert reading.unit == "index points"
    assert reading.distance.iloc[3] == 59.0
    assert CompositeRising(20).label == "composite index (observable) 20-session change"


def test_they_join_the_algebra():
    above, rising = CompositeAbove(52.0), CompositeRising(20, 0.5)
    rule = Latch(enter=Confirmed(above & rising, 3), leave=~above)
    assert rule.fires(make_market(sessions=500)).any()
    assert {"M1", "M2"} <= set(above.claims)


@dataclass(frozen=True)
class IndexRotation(TriggerRotation):
    level: float = 50.0
    window: int = 20

    def rules(self):
        return {"in": CompositeAbove(self.level) & CompositeRising(self.window), "out": ~self.up}

    @property
    def up(self):
        return CompositeAbove(self.level)

    def baskets(self, market):
        return {"in": cash(market) + 0.1, "out": cash(market)}


def test_many_variants_compute_the_index_once():
    market = make_market(sessions=500)
    levels = [45.0 + number / 20 for number in range(100)]
    for level in levels:
        for window in (20, 40):
            IndexRotation(level, window).regime(market)
    kept = [key for key in market._memo if isinstance(key, tuple) and key[0] == "composite"]
    assert len(kept) == 1
    assert len({key for key in market._memo if isinstance(key, CompositeAbove)}) == len(levels)
    assert len({key for key in market._memo if isinstance(key, CompositeRising)}) == 2


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: CompositeAbove(framework="obsrvable"), "did you mean 'observable'"),
        (lambda: CompositeAbove(pillar="suply"), "did you mean 'supply'"),
        (lambda: CompositeRising(window=0), "window was 0"),
        (lambda: CompositeRising(by=-1.0), "by was -1.0; give a number above 0"),
        (
            lambda: CompositeAbove(50, ONE, "potential").answer(made()),
            "framework made has no pillar 'potential'",
        ),
    ],
)
def test_nonsense_is_refused_in_a_sentence(build, says):
    with pytest.raises(UserError, match=says):
        build()
