"""Every strategy and trigger says what it does, what its parameters mean, and what refutes it."""

from dataclasses import MISSING, fields

import pytest

from backtest.parameter import Parameter, parameter, said_of
from backtest.strategy import Strategy
from backtest.strategy.words import said_by
from strategies.claims import CLAIMS
from tests.discovery import all_strategies, all_triggers

EVERY = [type(one) for one in (*all_strategies(), *all_triggers())]
UNMEASURED = {"M1", "M2"}  # a framework of indicators: no market refutes it


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_parameter_says_what_it_is_and_its_default_is_one_of_its_values(kind):
    said = said_of(kind)
    assert list(said) == [spec.name for spec in fields(kind)]
    for spec in fields(kind):
        about = said[spec.name]
        assert about.says
        if spec.default is MISSING or spec.default is None:
            continue
        for value in spec.default if isinstance(spec.default, tuple) else (spec.default,):
            if about.choices:
                assert value in about.choices
            if about.least is not None:
                assert value >= about.least
            if about.above is not None:
                assert value > about.above
            if about.most is not None:
                assert value <= about.most


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_it_says_what_it_does_in_a_sentence(kind):
    assert said_by(kind).summary.endswith(".")


@pytest.mark.parametrize("strategy", all_strategies(), ids=lambda strategy: strategy.name)
def test_what_encodes_a_claim_says_what_refutes_it(strategy):
    said = said_by(type(strategy))
    known = {claim.id.split(".")[0] for claim in CLAIMS} | UNMEASURED
    assert set(strategy.claims) <= known
    assert bool(said.refuted_by) == bool(strategy.claims)
    assert "Encodes no claim" in " ".join(said.rule) or strategy.claims
    assert said.rule


def test_a_class_without_words_says_nothing():
    class Silent(Strategy):
        pass

    assert said_by(Silent).summary == ""
    assert said_of(Silent) == {}


def test_ranges_are_said_in_words():
    assert Parameter("", most=5).range == "up to 5"
    assert Parameter("", above=0, most=1).range == "above 0 to 1"
    assert Parameter("", choices=("monthly", "never")).range == "monthly or never"
    assert Parameter("").range == ""
    assert parameter("what it is").default is MISSING
