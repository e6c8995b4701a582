"""Paths: what leading through figures does to a path, and what the shocks look like."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.data.simulated_prices import (
    bridged,
    clustered,
    fat_tailed,
    led,
    moves_of,
    neutral,
    straight,
    without,
)


def shocks(columns: int = 40) -> np.ndarray:
    return fat_tailed(np.random.Generator(np.random.PCG64(5)), 2500, columns)


def kurtosis(values: np.ndarray) -> float:
    return float(np.mean(values**4) / np.mean(values**2) ** 2 - 3.0)


def test_shocks_are_standard_after_clustering() -> None:
    values = clustered(shocks())
    assert values.mean(axis=0) == pytest.approx(0.0, abs=1e-12)
    assert values.std(axis=0) == pytest.approx(1.0)


def test_shocks_have_fat_tails_and_clustering_fattens_them() -> None:
    # A scale s uniform on 0.4 … 1.6: 3 E s⁴ / (E s²)² − 3 = 3 · 1.746 / 1.12² − 3 = 1.18, less 0.14
    # for a sum of only twelve uniforms.
    assert kurtosis(shocks()) == pytest.approx(1.04, abs=0.1)
    assert kurtosis(clustered(shocks())) > 1.5


def test_volatility_clusters() -> None:
    size = np.abs(clustered(shocks()))
    after = [np.corrcoef(column[1:], column[:-1])[0, 1] for column in size.T]
    assert np.mean(after) > 0.1


def test_straight_lines_meet_their_knots() -> None:
    line = straight(np.array([[1.0, 0.0], [2.0, 4.0], [5.0, 4.0]]), np.array([0, 3]))
    assert line.tolist() == [[2.0, 4.0], [3.0, 4.0], [4.0, 4.0], [5.0, 4.0]]


def test_a_led_path_grows_as_told_and_else_as_it_is() -> None:
    # Free growth of the first two rows 1.21, of the last 1.1; the first stretch shall double.
    levels = led(np.full((3, 1), 0.1), np.array([1, 2]), np.array([[2.0], [np.nan]]))
    factor = 2.0 / 1.21
    assert levels[:, 0] == pytest.approx([1.1 * (1.0 + (factor - 1.0) / 2.0), 2.0, 2.2])


def test_a_bridged_path_passes_through_its_figures() -> None:
    # The free path is 1, 2, 3 above 10; it lacks 2 at the second row, taken from both rows alike.
    values = bridged(np.ones((3, 1)), np.array([1, 2]), np.array([[10.0], [14.0], [15.0]]))
    assert values[:, 0] == pytest.approx([12.0, 14.0, 15.0])


def test_moves_and_levels_are_inverse() -> None:
    moves = np.array([[0.1], [-0.2]])
    assert moves_of(np.cumprod(1.0 + moves, axis=0)) == pytest.approx(moves)


def test_without_a_factor_nothing_is_left_along_it() -> None:
    values, factor = shocks(3), shocks(1)
    assert (without(values, factor) * factor).sum(axis=0) == pytest.approx(0.0, abs=1e-9)


def test_neutral_rows_add_up_to_nothing() -> None:
    listed = np.ones((2500, 4), dtype=bool)
    listed[:100, 3] = False
    legs = np.array([0.5, 0.5, -1.0, 0.0])
    values = neutral(shocks(4), legs, listed)
    assert values.sum(axis=1) == pytest.approx(0.0, abs=1e-12)
    assert values @ legs == pytest.approx(0.0, abs=1e-12)
    assert (values[:100, 3] == 0.0).all()
