"""Chaining against numbers worked out by hand: no jump, and contributions that add up."""

import numpy as np
import pandas as pd
import pytest

from backtest.composite.aggregation import aggregate
from backtest.composite.chain import chain, shared_out

NAN = np.nan
ALL = [([0, 1], 1.0)]


def points(**columns):
    return pd.DataFrame(columns, dtype=float)


def always(rows):
    return np.ones(rows, dtype=bool)


def test_what_enters_does_not_move_the_level_and_counts_from_the_next_move_on():
    # a alone: 50, 60; b enters at 20 on the third session: unlinked (65 + 20) / 2 = 42.5,
    # linked 65, the move of a alone; then a +5 and b +10 at a half each: +7.5
    scores = points(a=[50, 60, 65, 70], b=[NAN, NAN, 20, 30])
    found = chain(scores, np.ones((4, 2)), ALL, "arithmetic", always(4))
    assert found.unlinked.tolist() == [50, 60, 42.5, 50]
    assert found.linked.tolist() == [50, 60, 65, 72.5]
    assert found.effects.tolist() == [0, 0, -22.5, 0]
    assert found.contributions["a"].tolist() == [0, 10, 5, 2.5]
    assert found.contributions["b"].tolist() == [0, 0, 0, 5]


def test_what_leaves_does_not_move_the_level_either():
    # b leaves on the third session: a's move of +5 is the common one
    scores = points(a=[50, 60, 65, 70], b=[30, 30, NAN, NAN])
    found = chain(scores, np.ones((4, 2)), ALL, "arithmetic", always(4))
    assert found.unlinked.tolist() == [40, 45, 65, 70]
    assert found.linked.tolist() == [40, 45, 50, 55]
    assert found.effects.tolist() == [0, 0, 15, 0]


def test_new_weights_of_the_same_indicators_count_at_once():
    scores = points(a=[50, 50, 60, 70], b=[20, 20, 20, 20])
    within = np.array([[1, 1], [1, 1], [3, 1], [3, 1]], dtype=float)
    found = chain(scores, within, ALL, "arithmetic", always(4))
    # at a half each, then at three quarters and a quarter
    assert found.linked.tolist() == found.unlinked.tolist() == [35, 35, 50, 57.5]
    # a: 3/4 of its 10 above neutral; b, 30 below it, weighs a quarter less
    assert found.contributions.iloc[2].tolist() == [7.5, 7.5]
    assert not found.effects.any()


def test_weights_that_change_with_the_members_are_linked():
    scores = points(a=[50, 60, 70], b=[20, 20, 20], c=[NAN, 80, 90])
    within = np.array([[1, 1, 0], [2, 1, 1], [2, 1, 1]], dtype=float)
    found = chain(scores, within, [([0, 1, 2], 1.0)], "arithmetic", always(3))
    # into the second session at the old halves (+5); then at 2/4, 1/4, 1/4 (+5 and +2.5)
    assert found.linked.tolist() == [35, 40, 47.5]
    assert found.unlinked.tolist() == [35, 55, 62.5]


def test_the_level_starts_where_coverage_does():
    scores = points(a=[50, 60, 65], b=[20, 20, 25])
    found = chain(scores, np.ones((3, 2)), ALL, "arithmetic", np.array([False, True, True]))
    assert found.linked.isna().tolist() == [True, False, False]
    assert found.linked.iloc[1:].tolist() == found.unlinked.iloc[1:].tolist() == [40, 45]
    assert found.contributions.sum(axis=1).tolist() == [0, 0, 5]


def test_never_covered_is_never_known():
    found = chain(points(a=[1, 2], b=[1, 2]), np.ones((2, 2)), ALL, "arithmetic", ~always(2))
    assert found.linked.isna().all()
    assert found.unlinked.isna().all()


def test_sessions_without_anything_in_common_do_not_move_the_level():
    scores = points(a=[50, 60, NAN, NAN], b=[NAN, NAN, 20, 30])
    found = chain(scores, np.ones((4, 2)), ALL, "arithmetic", always(4))
    assert found.linked.tolist() == [50, 60, 60, 70]


@pytest.mark.parametrize("method", ["arithmetic", "geometric"])
def test_contributions_sum_to_the_move_and_linking_takes_out_only_changes(method):
    draw = np.random.default_rng(3)
    scores = pd.DataFrame(50 + 10 * draw.standard_normal((200, 4)), columns=list("abcd"))
    scores.iloc[:40, 3] = np.nan
    scores.iloc[120:, 0] = np.nan
    within = draw.uniform(0.1, 1.0, (200, 4))
    within[:100] = within[0]
    within[100:] = within[100]
    groups = [([0, 1], 1.0), ([2, 3], 2.0)]
    found = chain(scores, within, groups, method, always(200))
    moves = found.contributions.sum(axis=1)
    np.testing.assert_allclose(found.linked.diff().iloc[1:], moves.iloc[1:], atol=1e-10)
    changed = np.flatnonzero(found.effects.to_numpy())
    assert changed.tolist() == [40, 120]
    same = np.setdiff1d(np.arange(1, 200), changed)
    np.testing.assert_allclose(
        found.unlinked.diff().iloc[same], found.linked.diff().iloc[same], atol=1e-10
    )


def test_two_levels_are_one_when_both_are_means_of_one_kind():
    scores = points(a=[40.0, 90.0], b=[60.0, 30.0], c=[20.0, 70.0])
    weights = shared_out(np.ones((2, 3)), [([0, 1], 1.0), ([2], 3.0)])
    assert weights.sum(axis=1).tolist() == [1.0, 1.0]
    pillar = aggregate(scores[["a", "b"]], pd.Series({"a": 0.5, "b": 0.5}), "arithmetic")
    level = chain(scores, np.ones((2, 3)), [([0, 1], 1.0), ([2], 3.0)], "arithmetic", always(2))
    np.testing.assert_allclose(level.unlinked, 0.25 * pillar + 0.75 * scores["c"])
