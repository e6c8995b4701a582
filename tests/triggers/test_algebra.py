"""The algebra's truth tables, NA included."""

from typing import ClassVar

import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.market import Market
from backtest.triggers import (
    AllOf,
    Always,
    Confirmed,
    KOutOf,
    Latch,
    MinHold,
    Never,
    Recently,
    Trigger,
)
from tests.markets import make_market

T, F, N = True, False, pd.NA


class Given(Trigger):
    """A trigger whose answers are given."""

    def __init__(self, *answers: object) -> None:
        self.answers = answers

    def evaluate(self, market: Market) -> pd.Series:
        return pd.Series(list(self.answers), index=market.sessions, dtype="boolean")


def answers(trigger: Trigger, count: int) -> list[object]:
    return trigger.answer(make_market(sessions=count)).tolist()


FIRST, SECOND = Given(T, T, T, F, F, F, N, N, N), Given(T, F, N, T, F, N, T, F, N)


def test_and_is_kleene():
    assert answers(FIRST & SECOND, 9) == [T, F, N, F, F, F, N, F, N]


def test_or_is_kleene():
    assert answers(FIRST | SECOND, 9) == [T, T, T, T, F, N, T, N, N]


def test_not_keeps_the_unknown():
    assert answers(~Given(T, F, N), 3) == [F, T, N]


def test_k_out_of_n_is_unknown_only_while_the_unknown_could_decide():
    parts = (Given(T, T, T, F, F), Given(T, N, F, N, F), Given(F, F, N, N, F))
    assert answers(KOutOf(2, parts), 5) == [T, N, N, N, F]
    assert answers(KOutOf(1, parts), 5) == [T, T, T, N, F]
    assert answers(KOutOf(3, parts), 5) == [F, F, F, F, F]


def test_latch_remembers_and_doubt_closes():
    enter, leave = Given(F, T, F, F, T, T), Given(N, F, F, T, T, F)
    assert answers(Latch(enter, leave), 6) == [N, T, T, F, F, T]


def test_min_hold_counts_from_the_change_in_both_directions():
    wanted = Given(F, T, F, F, F, T, F, F, F)
    #   entered at 1, so held to 3; left at 4, so off to 6
    assert answers(MinHold(wanted, 3), 9) == [F, T, T, T, F, F, F, F, F]


def test_min_hold_lets_the_first_answer_go_at_once():
    assert answers(MinHold(Given(N, T, F, T), 3), 4) == [N, T, F, F]


def test_min_hold_keeps_through_the_unknown():
    assert answers(MinHold(Given(T, N, N, F), 1), 4) == [T, T, T, F]


def test_confirmed_wants_a_run_of_yes():
    assert answers(Confirmed(Given(T, T, T, F, T, N, T), 2), 7) == [N, T, T, F, F, N, N]


def test_recently_echoes():
    assert answers(Recently(Given(N, F, T, F, F, F), 3), 6) == [N, F, T, T, T, F]


def test_null_objects():
    assert answers(Always(), 2) == [T, T]
    assert answers(Never(), 2) == [F, F]


def test_fires_is_plain_bool():
    fires = Given(T, N).fires(make_market(sessions=2))
    assert fires.dtype == bool
    assert fires.tolist() == [True, False]


def test_repr_reads_like_the_formula():
    assert repr(Always() & ~Never() | Never()) == "((Always() & ~Never()) | Never())"


@pytest.mark.parametrize("other", [1, True, "yes", None, pd.Series([True])])
def test_foreign_operands_are_refused(other):
    with pytest.raises(TypeError):
        Always() & other


def test_python_and_is_refused():
    with pytest.raises(TypeError, match="combine triggers with"):
        Always() and Never()


@pytest.mark.parametrize("k", [0, 3])
def test_k_must_fit_the_parts(k):
    with pytest.raises(UserError, match=f"k was {k}; give (a number from 1 to 2|1 or more)"):
        KOutOf(k, (Always(), Never()))


def test_equal_trees_are_one_key():
    assert AllOf((Always(), Never())) == (Always() & Never())
    assert len({Always() & Never(), Always() & Never()}) == 1


def test_a_market_computes_an_answer_once():
    class Counting(Given):
        asked: ClassVar[int] = 0

        def evaluate(self, market: Market) -> pd.Series:
            Counting.asked += 1
            return super().evaluate(market)

    market, trigger = make_market(sessions=2), Counting(T, F)
    for _ in range(3):
        trigger.answer(market)
        (trigger & Always()).answer(market)
    assert Counting.asked == 1
