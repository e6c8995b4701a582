"""The timing test: shift by shift the same as moving signals by hand, and right about noise."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.errors import UserError
from backtest.tuning.shifts import ALIKE, AROUND, NEAR, Signals, around, straightened
from backtest.tuning.timing_test import LEVEL, timing_test

YEAR = 242


def walk(made: np.random.Generator, variants: int, sessions: int, baskets: int) -> np.ndarray:
    """Return signals that stay with a basket for a while, variant × session."""
    stays = made.random((variants, sessions)) < 0.9
    drawn = made.integers(0, baskets, (variants, sessions)).astype(np.int8)
    for session in range(1, sessions):
        kept = stays[:, session]
        drawn[kept, session] = drawn[kept, session - 1]
    return drawn


def by_hand(codes: np.ndarray, returns: np.ndarray) -> np.ndarray:
    """Return Sharpe ratios a session under every shift, moving each signal in turn."""
    over = straightened((returns[:-1] - returns[-1]) / around(returns))
    baskets, sessions = over.shape
    found = np.empty((len(codes), sessions))
    for number, row in enumerate(codes):
        known = row >= 0
        held = np.array([row == basket for basket in range(baskets)], dtype=float)
        apart = (held - held.sum(axis=1, keepdims=True) / known.sum()) * known
        line = straightened(apart)
        line += apart.mean(axis=1, keepdims=True)
        for shift in range(sessions):
            later = np.roll(over, -shift, axis=1)
            mean = (line * later).sum(axis=0).mean()
            square = np.square((apart * later).sum(axis=0)).mean()
            found[number, shift] = mean / np.sqrt(square - mean**2)
    return found


@pytest.mark.parametrize("baskets", [2, 3, 4])
@pytest.mark.parametrize("late", [0, 40])
def test_equals_moving_signals_by_hand(baskets, late):
    made = np.random.default_rng(baskets)
    codes = walk(made, 7, 301, baskets)
    codes[2:5, :late] = -1
    returns = made.normal(0.0, 0.01, (baskets, 301))
    found = timing_test(codes[0], Signals(codes[1:], returns), per_year=YEAR)
    shifted = by_hand(codes, returns)
    largest = shifted.max(axis=0)
    np.testing.assert_allclose(found.largest / np.sqrt(YEAR), largest, atol=1e-6)
    assert found.p == pytest.approx((largest >= shifted[0, 0] - 1e-5).mean(), abs=1e-12)
    assert found.sharpe == pytest.approx(shifted[0, 0] * np.sqrt(YEAR), abs=1e-5)
    assert (found.shifts, found.trials) == (301, 6)


def test_the_bound_is_the_largest_ratio_a_tenth_of_shifts_allow():
    made = np.random.default_rng(5)
    codes = walk(made, 9, 401, 2)
    returns = made.normal(0.0, 0.01, (2, 401))
    found = timing_test(codes[3], Signals(codes, returns), per_year=YEAR)
    over = straightened((returns[:1] - returns[1:]) / around(returns))[0]
    active = ((codes == 0) - (codes == 0).mean(axis=1, keepdims=True)) * over
    alike = np.corrcoef(active)[3]
    shifted = by_hand(codes, returns)
    near = alike > ALIKE

    def share(bound: float) -> float:
        """Of shifts under which no variant is better than the best one was."""
        raised = shifted[near] + bound * alike[near, None]
        return float((raised.max(axis=0) <= shifted[:, 0].max()).mean())

    session = found.bound / np.sqrt(YEAR)
    assert share(session - 1e-4) >= 1.0 - LEVEL
    assert share(session + 1e-3) < 1.0 - LEVEL + 2 / 401


def test_families_with_other_baskets_are_tested_together():
    made = np.random.default_rng(8)
    first, second = walk(made, 3, 251, 2), walk(made, 4, 251, 3)
    returns = made.normal(0.0, 0.01, (5, 251))
    own, other = Signals(first, returns[:2]), Signals(second, returns[2:])
    both = timing_test(first[0], own, [other], per_year=YEAR)
    largest = np.maximum(
        by_hand(first, returns[:2]).max(axis=0), by_hand(second, returns[2:]).max(axis=0)
    )
    np.testing.assert_allclose(both.largest / np.sqrt(YEAR), largest, atol=1e-6)
    assert both.p >= timing_test(first[0], own, per_year=YEAR).p


def test_baskets_may_stand_in_any_order():
    made = np.random.default_rng(11)
    codes = walk(made, 5, 301, 3)
    returns = made.normal(0.0, 0.01, (3, 301))
    order = np.array([2, 0, 1])
    turned = np.argsort(order)[codes].astype(np.int8)
    one = timing_test(codes[0], Signals(codes, returns), per_year=YEAR)
    two = timing_test(turned[0], Signals(turned, returns[order]), per_year=YEAR)
    np.testing.assert_allclose(one.largest, two.largest, atol=1e-4)


def test_scale_and_straight_trends_of_the_returns_do_not_matter():
    made = np.random.default_rng(12)
    codes = walk(made, 5, 301, 2)
    returns = made.normal(0.0, 0.01, (2, 301))
    plain = timing_test(codes[0], Signals(codes, returns), per_year=YEAR)
    scaled = timing_test(codes[0], Signals(codes, 3.0 * returns + 0.002), per_year=YEAR)
    np.testing.assert_allclose(plain.largest, scaled.largest, atol=1e-3)


def test_what_never_switches_has_no_timing():
    made = np.random.default_rng(13)
    codes = walk(made, 5, 301, 2)
    still = np.zeros(301, dtype=np.int8)
    found = timing_test(still, Signals(codes, made.normal(size=(2, 301))), per_year=YEAR)
    assert (found.p, found.bound, found.trials) == (1.0, np.inf, 0)


def test_a_hundred_identical_variants_are_one():
    made = np.random.default_rng(14)
    codes, returns = walk(made, 3, 301, 2), made.normal(0.0, 0.01, (2, 301))
    once = timing_test(codes[0], Signals(codes, returns), per_year=YEAR)
    often = timing_test(codes[0], Signals(np.tile(codes, (100, 1)), returns), per_year=YEAR)
    assert once.p == often.p
    assert once.bound == pytest.approx(often.bound)


def test_identical_baskets_leave_nothing_to_time():
    made = np.random.default_rng(15)
    codes = walk(made, 3, 301, 2)
    same = np.tile(made.normal(0.0, 0.01, 301), (2, 1))
    assert timing_test(codes[0], Signals(codes, same), per_year=YEAR).p == 1.0


def test_signals_made_of_prices_are_not_moved_onto_the_prices_that_made_them():
    made = np.random.default_rng(16)
    rejected = 0
    for _ in range(40):
        returns = made.normal(0.0, 0.01, (2, 1200))
        gap = np.concatenate([[0.0], np.cumsum(returns[0] - returns[1])])
        now = np.arange(60, 1200)
        codes = np.array([gap[now] < gap[now - window] for window in (20, 40, 60)], dtype=np.int8)
        held = Signals(codes, returns[:, 60:], reach=60)
        found = timing_test(codes[0], held, per_year=YEAR)
        assert found.shifts == 1080
        rejected += found.p <= 0.05
    assert rejected <= 6  # 40 draws at 5 %: more than six in one of 250 such tests


def test_lengths_must_agree():
    codes = np.zeros((2, 10), dtype=np.int8)
    with pytest.raises(UserError, match="the same 12 sessions"):
        timing_test(codes[0], Signals(codes, np.zeros((2, 12))), per_year=YEAR)


def test_around_is_the_deviation_of_sixty_sessions_about_each():
    made = np.random.default_rng(17)
    returns = made.normal(0.0, 0.01, (2, 200))
    gap = returns[0] - returns[1]
    found = around(returns)
    middle = gap[100 - AROUND // 2 : 100 + AROUND // 2]
    assert found[100] == pytest.approx(middle.std() / 2)
    assert found[0] == pytest.approx(gap[:AROUND].std() / 2)


def test_a_refined_search_is_replayed_under_every_shift():
    made = np.random.default_rng(18)
    first, returns = walk(made, 6, 301, 2), made.normal(0.0, 0.01, (2, 301))
    shifted = by_hand(first, returns)
    lead = int(shifted[:, 0].argmax())
    later = np.vstack([first[lead], first[lead], walk(made, 1, 301, 2)[0]])
    later[0, 100:106], later[1, 200:204] = 1 - later[0, 100:106], 1 - later[1, 200:204]
    codes, when = np.vstack([first, later]), np.repeat([5, 9], [6, 3])
    found = timing_test(codes[lead], Signals(codes, returns, made=when), per_year=YEAR)

    over = straightened((returns[:1] - returns[1:]) / around(returns))[0]
    active = ((codes == 0) - (codes == 0).mean(axis=1, keepdims=True)) * over
    alike = np.corrcoef(active)[lead, 6:]
    assert (alike > NEAR).tolist() == [True, True, False]
    shifted = by_hand(codes, returns)
    lift = shifted[:6].max(axis=0) - shifted[lead]
    replayed = shifted[6:8] + alike[:2, None] * lift
    largest = np.maximum(shifted.max(axis=0), replayed.max(axis=0))
    np.testing.assert_allclose(found.largest / np.sqrt(YEAR), largest, atol=1e-5)
    assert found.refined == 2
    together = timing_test(codes[lead], Signals(codes, returns), per_year=YEAR)
    assert together.refined == 0
    assert together.p <= found.p


def test_around_one_earlier_trial_nothing_was_chosen():
    made = np.random.default_rng(19)
    codes, returns = walk(made, 4, 301, 2), made.normal(0.0, 0.01, (2, 301))
    codes[1:] = codes[0]
    codes[1, 50:52], codes[2, 90:93] = 1 - codes[1, 50:52], 1 - codes[2, 90:93]
    found = timing_test(
        codes[0], Signals(codes, returns, made=np.array([1, 2, 2, 2])), per_year=YEAR
    )
    assert found.refined == 0
