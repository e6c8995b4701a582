"""Return matrices in pieces."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.errors import UserError
from backtest.tuning.return_chunks import as_chunks, columns


def test_columns_come_in_the_order_asked_from_any_piece() -> None:
    matrix = np.arange(3 * 2500.0).reshape(3, 2500)
    picked = columns(as_chunks(matrix), [2400, 0, 1024])
    np.testing.assert_array_equal(picked, matrix[:, [2400, 0, 1024]])


def test_a_variant_that_does_not_exist_is_a_sentence() -> None:
    with pytest.raises(UserError, match="has 4 variants"):
        columns(as_chunks(np.zeros((3, 4))), [4])
    with pytest.raises(UserError, match="has 0 variants"):
        columns(lambda: [], [0])
