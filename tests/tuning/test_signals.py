"""Array twins equal their triggers, and compiled regimes equal the strategy's own."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.data.sample import sample_market
from backtest.market import Market
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import equal
from backtest.triggers import (
    AllOf,
    Always,
    AnyOf,
    Confirmed,
    KOutOf,
    Latch,
    MinHold,
    Never,
    Not,
    RateFall,
    Recently,
    Trigger,
)
from backtest.tuning import logic
from backtest.tuning.sharing import different_baskets
from backtest.tuning.signals import GivenRegimes, regimes
from backtest.tuning.space import Variants, grid
from backtest.tuning.trees import tree_groups, tree_of
from strategies import PolicyCatalyst, RateRotation, ThesisRotation, TwoBullRotation
from tests.markets import make_market

SESSIONS = 25
MARKET = make_market(sessions=SESSIONS)


@dataclass(frozen=True)
class Given(Trigger):
    """Answers what it was given: yes 1, cannot know 0, no −1."""

    answers: tuple[int, ...]

    def evaluate(self, market: Market) -> pd.Series:
        values = [pd.NA if answer == 0 else answer == 1 for answer in self.answers]
        return pd.Series(values, market.sessions, dtype="boolean")


leaves = st.lists(st.sampled_from([-1, 0, 1, 1]), min_size=SESSIONS, max_size=SESSIONS).map(
    lambda answers: Given(tuple(answers))
)
parts = st.lists(leaves, min_size=1, max_size=4).map(tuple)
lengths = st.integers(1, 8)
combined = st.one_of(
    st.builds(AllOf, parts),
    st.builds(AnyOf, parts),
    st.builds(Not, leaves),
    st.builds(Latch, leaves, leaves),
    st.builds(MinHold, leaves, lengths),
    st.builds(Confirmed, leaves, lengths),
    st.builds(Recently, leaves, lengths),
    parts.flatmap(lambda p: st.builds(KOutOf, st.integers(1, len(p)), st.just(p))),
)


@settings(max_examples=100)
@given(trigger=combined)
def test_every_twin_equals_its_trigger(trigger):
    shape, atoms = tree_of({"rule": trigger}, {})
    assert shape.operations[-1] != logic.LEAF
    answers = np.zeros((len(atoms), SESSIONS), dtype=np.int8)
    for node, (operation, parts) in enumerate(zip(shape.operations, shape.parts, strict=True)):
        if operation == logic.LEAF:
            answers[node] = logic.three_valued(atoms[node].evaluate(MARKET))
        else:
            numbers = np.array([atoms[node] or 0])
            logic.combine(operation, answers, np.array([parts]), numbers, node)
    expected = logic.three_valued(trigger.evaluate(MARKET))
    assert answers[-1].tolist() == expected.tolist()


class Loud(AllOf):
    """No twin: a subclass may answer otherwise."""


@pytest.mark.parametrize(
    "trigger",
    [
        Always(),
        Never(),
        RateFall(),
        Loud((Always(),)),
        AllOf(()),
    ],
)
def test_anything_else_is_a_leaf(trigger):
    shape, atoms = tree_of({"rule": trigger}, {})
    assert (shape.operations, atoms) == ((logic.LEAF,), (trigger,))


def equal_regimes(variants: Variants, market: Market, rows) -> None:
    found = regimes(variants, market)
    names = np.array(found.names, dtype=object)
    for row, codes in zip(rows, found.codes(np.asarray(rows)), strict=True):
        expected = variants.variant(row).regime(market).to_numpy()
        assert (names[codes] == expected).all(), variants.parameters(row)


THESIS = {
    "fall_bp": [5.0, 10.0, 15.0],
    "fall_window": [40, 60, 90],
    "rate_window": [60, 120],
    "confidence": [1, 2, 3, 4],
    "leave_after": [1, 5, 10],
    "min_hold": [1, 10, 20],
}


def rules_built(variants: Variants, monkeypatch) -> int:
    """Count the variants whose rules are built to find the trees of all."""
    built, kind = [], type(variants.strategy)
    rules = kind.rules
    monkeypatch.setattr(kind, "rules", lambda self: built.append(self) or rules(self))
    tree_groups(variants)
    monkeypatch.undo()
    return len(built)


def test_the_thesis_is_compiled_by_the_shortcut(monkeypatch):
    variants = grid(ThesisRotation(), THESIS)
    assert rules_built(variants, monkeypatch) < len(variants) // 2
    rows = np.random.default_rng(0).integers(len(variants), size=25).tolist()
    equal_regimes(variants, sample_market(), rows)


def test_a_field_that_changes_the_shape_of_the_rules():
    space = {**THESIS, "overlay": [0.0, 0.3], "breakthrough_hold": [5, 20], "leave_after": [5]}
    variants = grid(ThesisRotation(), space)
    assert len(tree_groups(variants)) == 2
    rows = np.random.default_rng(0).integers(len(variants), size=15).tolist()
    equal_regimes(variants, sample_market(), rows)


def test_few_variants_and_other_strategies():
    market = sample_market()
    equal_regimes(grid(TwoBullRotation(), {"window": [60, 120], "confirm": [1, 5]}), market, [0, 3])
    equal_regimes(grid(RateRotation(), {"rebalance": ["monthly", "never"]}), market, [0, 1])
    catalyst = grid(PolicyCatalyst(), {"hold": [20, 60], "rebalance": ["monthly", "never"]})
    assert isinstance(regimes(catalyst, market), GivenRegimes)
    equal_regimes(catalyst, market, [0, 1, 2, 3])


@dataclass(frozen=True)
class Entangled(TriggerRotation):
    """An atom that depends on both fields, in a way that shows only beside the base."""

    short: int = 1
    long: int = 30
    fall_bp: float = 1.0

    def rules(self) -> Mapping[str, Trigger]:
        return {"in": RateFall(self.fall_bp, max(self.short, self.long)), "out": Always()}

    def baskets(self, market: Market) -> dict[str, pd.DataFrame]:
        return {"in": equal(market), "out": equal(market) * 0.0}


def test_what_the_shortcut_gets_wrong_is_built_in_full(monkeypatch):
    space = {
        "short": list(range(1, 41)),
        "long": [50, *range(1, 21)],  # beside the first, long, value `short` does not matter
        "fall_bp": [1.0, 2.0],
    }
    variants = grid(Entangled(), space)
    assert rules_built(variants, monkeypatch) == len(variants)
    rows = [0, 45, 500, 1000, 1500, len(variants) - 1]
    equal_regimes(variants, make_market(sessions=120), rows)


@dataclass(frozen=True)
class Refusing(Entangled):
    """Does not exist with `short` above `long`."""

    def __post_init__(self) -> None:
        if self.short > self.long:
            from backtest.errors import UserError

            raise UserError("short was above long; swap them")


def test_values_the_base_does_not_bear_are_no_hindrance():
    space = {"short": list(range(1, 41)), "long": list(range(1, 41)), "fall_bp": [1.0, 2.0]}
    variants = grid(Refusing(), space, [lambda p: p["short"] <= p["long"]])
    equal_regimes(variants, make_market(sessions=120), [0, 700, len(variants) - 1])


def test_many_variants_are_answered_piece_by_piece(monkeypatch):
    variants = grid(ThesisRotation(), THESIS)
    whole = regimes(variants, sample_market()).codes(np.arange(len(variants)))
    monkeypatch.setattr("backtest.tuning.signals.PIECE", 100)
    monkeypatch.setattr("backtest.tuning.signals.KEPT_BYTES", 300_000)
    pieces = regimes(variants, sample_market()).codes(np.arange(len(variants)))
    assert (whole == pieces).all()


@dataclass(frozen=True)
class Halved(RateRotation):
    """Says nothing of what shapes its baskets, and has them shaped by `part`."""

    part: float = 1.0

    def baskets(self, market: Market) -> dict[str, pd.DataFrame]:
        return {name: self.part * held for name, held in super().baskets(market).items()}


def test_baskets_are_asked_once_for_variants_that_agree_on_what_shapes_them():
    space = {"fall_window": [10, 20], "part": [0.5, 1.0]}
    found, number = different_baskets(grid(Halved(), space), MARKET)
    assert len(found) == 2
    assert len({*number}) == 2
    assert (found[0]["nqp"] * 2.0).equals(found[1]["nqp"])
    _, one = different_baskets(grid(RateRotation(), {"fall_window": [10, 20]}), MARKET)
    assert one.tolist() == [0, 0]
