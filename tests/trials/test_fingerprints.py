"""Fingerprints: equal for equal variants, different for different ones, the same tomorrow."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backtest.errors import UserError
from backtest.trials.fingerprints import canonical, fingerprints


@dataclass(frozen=True)
class Fall:
    drop: float = 0.5


@dataclass(frozen=True)
class Rise:
    drop: float = 0.5


def hexed(parameters: dict[str, object]) -> list[str]:
    return [row.tobytes().hex() for row in fingerprints(parameters)]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.tuples(st.integers(0, 3), st.text(max_size=2)),
)


@settings(max_examples=30)
@example([(0.5, None), (2**53 + 1, None)])
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=12))
def test_a_grid_gives_what_its_variants_give_one_by_one(rows: list[tuple[object, object]]) -> None:
    grid = fingerprints({"a": [a for a, _ in rows], "b": [b for _, b in rows], "costs": "etf"})
    alone = [fingerprints({"b": b, "costs": "etf", "a": a})[0] for a, b in rows]
    np.testing.assert_array_equal(grid, alone)


def test_every_variant_of_a_grid_is_told_apart() -> None:
    first, second, third = np.meshgrid(np.arange(50), np.arange(50) / 7, np.arange(40))
    grid = {"a": first.ravel(), "b": second.ravel(), "c": third.ravel()}
    assert len(np.unique(fingerprints(grid), axis=0)) == 100_000
    assert len(np.unique(fingerprints(grid)[:, 0])) == 100_000  # one lane would do


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 3}, {"a": 3.0}),
        ({"a": 0.0}, {"a": -0.0}),
        ({"a": np.int64(3)}, {"a": [3]}),
        ({"a": (1, 2)}, {"a": (1.0, 2.0)}),
        ({"a": date(2024, 1, 2)}, {"a": pd.Timestamp("2024-01-02")}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 2, "x": 1}}),
        ({"a": pd.Series([1.5, 2.0])}, {"a": [1.5, 2]}),
        ({"a": Fall(1)}, {"a": Fall(1.0)}),
    ],
)
def test_equal_values_are_the_same_variant(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert hexed(one) == hexed(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 3}, {"b": 3}),
        ({"a": 1, "b": 2}, {"a": 2, "b": 1}),
        ({"a": "3"}, {"a": 3}),
        ({"a": True}, {"a": 1}),
        ({"a": None}, {"a": "null"}),
        ({"a": Fall()}, {"a": Rise()}),
        ({"a": 1}, {"a": 1, "b": 0}),
    ],
)
def test_different_variants_differ(one: dict[str, object], other: dict[str, object]) -> None:
    assert hexed(one) != hexed(other)


def test_another_process_agrees() -> None:
    code = (
        "from backtest.trials.fingerprints import fingerprints;"
        "print(fingerprints({'window': [20, 60], 'name': 'tech'}).tobytes().hex())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = fingerprints({"window": [20, 60], "name": "tech"}).tobytes().hex()
    assert told.stdout.strip() == here


def test_what_cannot_be_told_apart_is_a_sentence() -> None:
    with pytest.raises(UserError, match="parameter 'rule' holds a function"):
        fingerprints({"rule": canonical})
    with pytest.raises(UserError, match="different lengths"):
        fingerprints({"a": [1, 2], "b": [1, 2, 3]})
