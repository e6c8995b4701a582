"""Triggers from text: what is written reads as what it says, and nothing else reads at all."""

import pytest

from backtest.errors import UserError
from backtest.triggers import AllOf, AnyOf, Confidence, KOutOf, Latch, Not, RateFall, Signal
from backtest.triggers.syntax import KNOWN, parse_trigger
from tests.discovery import all_triggers

WRITTEN = [one for one in all_triggers() if type(one).__name__ in KNOWN]


@pytest.mark.parametrize("trigger", WRITTEN, ids=lambda one: type(one).__name__)
def test_a_trigger_reads_as_it_is_written(trigger):
    assert parse_trigger(repr(trigger)) == trigger


def test_the_algebra_of_text():
    read = parse_trigger(
        "Latch(R4 & Confidence(3), leave=~Confidence(2)) | RateFall(bp=-5)", {"R4": RateFall(10)}
    )
    latch = Latch(AllOf((RateFall(10), Confidence(3))), leave=Not(Confidence(2)))
    assert read == AnyOf((latch, RateFall(-5)))
    assert parse_trigger("KOutOf(1, [RateFall(), Confidence()])") == KOutOf(
        1, (RateFall(), Confidence())
    )
    assert Signal.__name__ not in KNOWN  # it reads values, which a text cannot hold


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RateFal(10)", "there is no trigger 'RateFal'; did you mean 'RateFall'?"),
        ("R4", "there is no trigger 'R4'"),
        ("RateFall(10) & 3", "'3' is no trigger; only triggers go with & | ~"),
        ("RateFall(10) and RateFall(5)", "has no meaning in a trigger; combine triggers with"),
        ("__import__('os').getcwd()", "has no meaning in a trigger"),
        ("RateFall(bp=(lambda: 1)())", "has no meaning in a trigger"),
        ("[RateFall() for _ in (1,)]", "has no meaning in a trigger"),
        ("RateFall('x')", "RateFall.bp was 'x'; give a number"),
        ("RateFall(window=0)", "RateFall.window was 0; give 1 or more"),
        ("RateFall(bp=1, bp=2)", "RateFall is given a value twice"),
        ("Latch()", "Latch cannot be made"),
        ("RateFall(10", "is no trigger ('(' was never closed)"),
        ("3", "'3' is no trigger; write as RateFall(10) & Confidence(3)"),
        ("~" * 1500 + "RateFall()", "nested too deep"),
        ("(" * 300 + ")" * 300, "too many nested parentheses"),
        (" " * 3000, "is too long"),
    ],
)
def test_anything_else_is_one_sentence(text, said):
    with pytest.raises(UserError) as refused:
        parse_trigger(text)
    assert said in str(refused.value)
