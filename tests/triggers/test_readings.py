"""Readings against numbers worked out by hand, and laws that hold for every trigger's reading."""

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.market.universe import sectors
from backtest.strategy.alter import altered
from backtest.triggers import (
    AbnormalMove,
    Always,
    Breadth,
    CalendarHalf,
    Confidence,
    DateWindow,
    IndexAboveAverage,
    KOutOf,
    Latch,
    MinHold,
    Never,
    RateBelowAverage,
    RateFall,
    Reading,
    SeriesAbove,
    SeriesChanged,
    Signal,
    TwoBull,
)
from tests.discovery import all_triggers
from tests.markets import make_market, with_valuations

TRIGGERS = all_triggers()
DATED = (CalendarHalf, DateWindow)
SILENT = (Always, Never, Signal)
CUTS = (150, 399, 640)


def flat(count):
    return {"machinery": [10.0] * count, "computer": [10.0] * count}


def rates(values):
    return make_market(close=flat(len(values)), series={"cn10y": values})


def by_day(values, threshold, direction):
    days = pd.bdate_range("2020-01-01", periods=len(values))
    level = pd.Series(float(threshold), index=days)
    return Reading("made up", pd.Series(values, index=days, dtype=float), level, "bp", direction)


@pytest.fixture(scope="module")
def market():
    made = make_market(
        sessions=700,
        sectors=tuple(sectors()),
        bond=True,
        late={"coal": 300, "computer": 100, "bond": 200},
        suspended={"steel": (395, 402), "auto": (140, 151)},
        seed=11,
    )
    return with_valuations(made)


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda t: type(t).__name__)
def test_a_reading_fires_exactly_where_its_trigger_does(trigger, market):
    reading = trigger.reading(market)
    if reading is None:
        assert trigger.built_of or isinstance(trigger, SILENT), "a leaf that measures has a reading"
        return
    fires, answer = reading.fires, trigger.answer(market)
    assert reading.value.index.equals(market.sessions)
    known = fires.notna()
    assert known.sum() > 100
    pd.testing.assert_series_equal(fires[known], answer[known], check_names=False)
    if isinstance(trigger, DATED):
        assert not answer[~known].any()
    else:
        assert (known == answer.notna()).all()
    past = reading.distance[known] < 0
    assert answer[known][past].all()
    assert not answer[known][reading.distance[known] > 0].any()


@pytest.fixture(scope="module", params=CUTS)
def later(request, market):
    """A session's number, and the market cut off after it and gone on otherwise."""
    cut = request.param
    return cut, (market.until(market.sessions[cut]), altered(market, cut, seed=0))


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda t: type(t).__name__)
def test_readings_do_not_know_the_future(trigger, market, later):
    reading = trigger.reading(market)
    if reading is None:
        return
    cut, others = later
    for other in others:
        seen = trigger.reading(other)
        for part in ("value", "threshold", "typical_move", "moves"):
            pd.testing.assert_series_equal(
                getattr(seen, part).iloc[: cut + 1],
                getattr(reading, part).iloc[: cut + 1],
                check_freq=False,
                check_exact=True,
            )


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda t: type(t).__name__)
def test_every_leaf_is_named_in_a_few_words(trigger, market):
    for leaf in trigger.leaves():
        assert not leaf.built_of
        reading = leaf.reading(market)
        if reading is not None:
            assert reading.name == leaf.label
            assert 3 < len(leaf.label) <= 60
            assert reading.unit


def test_leaves_come_once_and_in_order():
    fall, below, signs = RateFall(), RateBelowAverage(), Confidence(3)
    latch = MinHold(Latch(enter=fall & below & signs, leave=~(below & Confidence(2))))
    assert latch.leaves() == (fall, below, *signs.built_of)
    assert [type(leaf).__name__ for leaf in signs.leaves()] == [
        "IndexAboveAverage",
        "Breadth",
        "TurnoverExpansion",
        "CalmVolatility",
    ]
    assert signs in latch.walk()
    assert Always().leaves() == (Always(),)
    assert len(TwoBull().leaves()) == 2
    assert len(AbnormalMove(("computer",)).leaves()) == 2


def test_a_fall_is_read_in_basis_points_and_its_distance_is_what_is_still_to_fall():
    reading = RateFall(bp=10, window=1).reading(rates([2.60, 2.56, 2.46, 2.31]))
    assert reading.value.tolist()[1:] == [-4.0, -10.0, -15.0]
    assert reading.distance.tolist()[1:] == [6.0, 0.0, -5.0]
    assert reading.fires.tolist() == [pd.NA, False, True, True]
    assert reading.unit == "bp"
    assert reading.name == "ten-year yield 1-session change"


def test_a_fall_of_exactly_the_threshold_is_read_as_it_is_answered():
    for tenths in range(1, 500, 7):
        trigger = RateFall(bp=tenths / 10.0, window=1)
        market = rates([2.5553, 2.5553 - tenths / 1000.0])
        assert trigger.answer(market).iloc[-1]
        assert trigger.reading(market).fires.iloc[-1]


def test_a_level_and_an_average_are_read_in_percentage_points():
    market = rates([2.0, 2.5, 2.0, 3.0])
    level = SeriesAbove("cn10y", 2.5).reading(market)
    assert level.distance.tolist() == [0.5, 0.0, 0.5, -0.5]
    assert level.fires.tolist() == [False, False, False, True]
    average = RateBelowAverage(2).reading(market)
    assert average.distance.tolist()[1:] == [0.25, -0.25, 0.5]
    assert {level.unit, average.unit} == {"percentage points"}
    rise = SeriesChanged("cn10y", 1.0, 1).reading(market)
    assert rise.distance.tolist()[1:] == [0.5, 1.5, 0.0]
    fall = SeriesChanged("cn10y", -0.5, 1).reading(market)
    assert fall.distance.tolist()[1:] == [1.0, 0.0, 1.5]


def test_an_index_is_read_in_its_points_and_breadth_in_sectors():
    market = make_market(
        close={"machinery": [1, 2, 3, 2], "computer": [3, 2, 1, 2]}, benchmark=[100, 102, 104, 100]
    )
    index = IndexAboveAverage(2).reading(market)
    assert index.distance.tolist()[1:] == [-1.0, -1.0, 2.0]
    assert index.unit == "index points"
    breadth = Breadth(0.75, 2).reading(market)
    assert breadth.distance.tolist()[1:] == [0.25, 0.25, 0.25]


def test_confidence_counts_signs(market):
    reading = Confidence(3).reading(market)
    signs = [sign.answer(market) for sign in Confidence(3).built_of]
    count = sum(sign.fillna(False).astype(int) for sign in signs)
    known = reading.value.notna()
    assert (reading.value[known] == count[known]).all()
    assert reading.unit == "signs"
    assert reading.threshold.iloc[-1] == 3
    assert KOutOf(1, (Always(), Never())).reading(market).value.iloc[-1] == 1


def test_a_half_is_read_in_days_to_its_start():
    market = make_market(sessions=400, start="2023-06-29")
    half = CalendarHalf(2).reading(market)
    assert half.distance.tolist()[:3] == [2.0, 1.0, -2.0]
    first = CalendarHalf(1).reading(market)
    assert first.distance.iloc[2] == (pd.Timestamp(2024, 1, 1) - pd.Timestamp(2023, 7, 3)).days
    only = CalendarHalf(2, year=2023).reading(market)
    assert only.distance.tolist()[:3] == [2.0, 1.0, -2.0]
    assert only.distance[market.sessions.year == 2024].isna().all()
    window = DateWindow("2023-07-03", "2023-07-04").reading(market)
    assert window.distance.tolist()[:4] == [4.0, 3.0, 0.0, -1.0]
    assert np.isnan(window.distance.iloc[4])


def test_a_typical_move_is_the_median_daily_change_of_the_gap():
    values = [0.0]
    for step in range(40):
        values.append(values[-1] + (1.0 if step % 2 else 3.0))
    reading = by_day(values, 100.0, "at least")
    assert reading.typical_move.iloc[:20].isna().all()
    assert reading.typical_move.iloc[20] == 2.0
    assert reading.moves.iloc[20] == (100.0 - values[20]) / 2.0


def test_what_does_not_move_is_no_number_of_moves_away():
    reading = by_day([1.0] * 30, 2.0, "above")
    assert reading.distance.iloc[-1] == 1.0
    assert reading.moves.isna().all()


@pytest.mark.parametrize(
    ("direction", "fires"),
    [
        ("above", [False, False, True]),
        ("at least", [False, True, True]),
        ("below", [True, False, False]),
        ("at most", [True, True, False]),
    ],
)
def test_directions(direction, fires):
    reading = by_day([1, 2, 3], 2, direction)
    assert reading.fires.tolist() == fires
    assert reading.upward is (direction in ("above", "at least"))
    sign = 1 if reading.upward else -1
    assert reading.distance.tolist() == [sign, 0, -sign]


def test_a_misspelt_direction_is_refused_in_a_sentence():
    with pytest.raises(UserError, match="direction was 'over'; did you mean 'above'"):
        by_day([1], 2, "over")


def test_sectors_that_are_not_here_have_nothing_to_read():
    market = make_market(sessions=50)
    assert all(leaf.reading(market) is None for leaf in AbnormalMove(("coal",)).leaves())
