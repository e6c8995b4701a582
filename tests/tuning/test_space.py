"""Spaces become variants, or one sentence that says what is wrong with them."""

import re

import numpy as np
import pytest

from backtest.errors import UserError
from backtest.strategy import Strategy
from backtest.tuning.space import Choice, Integer, Real, When, grid, sample
from strategies import BreakthroughOverlay, RateRotation, SectorMomentum, ThesisRotation


def test_a_grid_is_every_combination_in_order():
    variants = grid(RateRotation(), {"fall_bp": [5, 10], "min_hold": Integer(1, 3)})
    assert len(variants) == 6
    assert variants.parameters(0) == {"fall_bp": 5.0, "min_hold": 1}
    assert variants.parameters(4) == {"fall_bp": 10.0, "min_hold": 2}
    assert variants.variant(4) == RateRotation(fall_bp=10.0, min_hold=2)
    assert variants.column("fall_bp").tolist() == [5.0] * 3 + [10.0] * 3


def test_values_may_come_from_numpy_and_repeat():
    variants = grid(RateRotation(), {"min_hold": np.arange(1, 4), "fall_bp": np.array([5.0, 5.0])})
    assert [variants.parameters(row)["min_hold"] for row in range(3)] == [1, 2, 3]
    assert type(variants.parameters(0)["min_hold"]) is int


def test_constraints_see_all_parameters():
    rules = [lambda p: p["fall_window"] < p["rate_window"], lambda p: p["min_hold"] == 20]
    space = {"fall_window": [60, 120, 240], "rate_window": [100, 200]}
    variants = grid(RateRotation(), space, rules)
    pairs = [tuple(variants.parameters(row).values()) for row in range(len(variants))]
    assert pairs == [(60, 100), (60, 200), (120, 200)]


def test_a_conditional_field_keeps_its_value_where_it_does_not_matter():
    space = {
        "overlay": [0.0, 0.2],
        "breakthrough_hold": When("overlay", lambda v: v > 0, [5, 10]),
    }
    variants = grid(ThesisRotation(), space)
    pairs = [tuple(variants.parameters(row).values()) for row in range(len(variants))]
    assert pairs == [(0.0, 20), (0.2, 5), (0.2, 10)]
    drawn = sample(ThesisRotation(), space, 3, seed=1)
    assert sorted(tuple(drawn.parameters(row).values()) for row in range(3)) == pairs


def test_samples_are_seeded_distinct_and_within_bounds():
    space = {
        "fall_bp": Real(1.0, 100.0, log=True),
        "min_hold": Integer(5, 50, 5),
        "rate_window": Integer(10, 400, log=True),
        "rebalance": Choice(("monthly", "never")),
    }
    one, two = (sample(RateRotation(), space, 50, seed=3) for _ in range(2))
    rows = [tuple(one.parameters(row).values()) for row in range(50)]
    assert rows == [tuple(two.parameters(row).values()) for row in range(50)]
    assert len(set(rows)) == 50
    assert all(1 <= bp <= 100 and hold % 5 == 0 and 10 <= w <= 400 for bp, hold, w, _ in rows)
    assert {row[3] for row in rows} == {"monthly", "never"}


def test_a_sample_cannot_have_more_than_there_is():
    assert len(sample(RateRotation(), {"min_hold": [1, 2, 3]}, 100)) == 3


def test_tuples_text_and_none_are_values():
    space = {"windows": [(60,), [60, 120]], "rebalance": ["monthly", "never"]}
    assert len(grid(SectorMomentum(), space)) == 4
    assert (
        grid(BreakthroughOverlay(), {"inner": [RateRotation(), ThesisRotation()]}).codes.size == 2
    )


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({}, "empty"),
        ([], "empty"),
        ({"fall_pb": [1]}, "did you mean 'fall_bp'"),
        ({"fall_bp": []}, "fall_bp has no values"),
        ({"fall_bp": "5,10"}, "give a list of values"),
        ({"fall_bp": 5}, "give a list of values"),
        ({"fall_bp": [float("nan")]}, "finite"),
        ({"fall_bp": ["much"]}, "fall_bp was 'much'"),
        ({"min_hold": [2.5]}, "min_hold was 2.5"),
        ({"min_hold": [True]}, "min_hold was True"),
        ({"series": [3]}, "series was 3"),
        ({"fall_bp": Real(1, 2)}, "trials"),
        ({"fall_bp": range(1000), "min_hold": range(1, 1001), "rate_window": range(3)}, "--trials"),
        ({"min_hold": When("fall_bp", bool, [1, 2])}, "not in the space"),
    ],
)
def test_a_bad_space_gets_one_sentence(space, said):
    with pytest.raises(UserError, match=re.escape(said)) as caught:
        grid(RateRotation(), space)
    assert "\n" not in str(caught.value)


def test_a_class_without_fields_has_nothing_to_sweep():
    class Plain(Strategy):
        def target_weights(self, market):
            raise NotImplementedError

    with pytest.raises(UserError, match="plain has no parameters"):
        grid(Plain(), {"window": [1, 2]})


def test_nothing_allowed_is_said():
    for make in (grid, lambda *given: sample(*given[:2], 3, constraints=given[2])):
        with pytest.raises(UserError, match="no combination satisfies"):
            make(RateRotation(), {"min_hold": [1, 2]}, [lambda p: p["min_hold"] > 2])


def test_bad_distributions_are_refused():
    for bad in (
        lambda: Integer(3, 1),
        lambda: Real(0.0, 1.0, log=True),
        lambda: Real(0.0, float("inf")),
        lambda: Integer(1, 3, step=0),
        lambda: sample(RateRotation(), {"min_hold": [1]}, 0),
        lambda: sample(RateRotation(), {"min_hold": Real(1.0, 9.0)}, 3),
        lambda: sample(RateRotation(), {"series": Integer(1, 9)}, 3),
    ):
        with pytest.raises(UserError):
            bad()
