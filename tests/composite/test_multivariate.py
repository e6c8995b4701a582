"""The multivariate look gives what the OECD/JRC Handbook (2008) prints for its own example."""

import math

import numpy as np
import pandas as pd
import pytest

from backtest.composite.multivariate import correlations, cronbach_alpha, principal_components
from tests.composite.published import TAI

TABLE_11 = {
    "patents": 0.704,
    "royalties": 0.645,
    "internet": 0.636,
    "exports": 0.774,
    "telephones": 0.603,
    "electricity": 0.624,
    "schooling": 0.662,
    "university": 0.706,
}


def test_cronbach_alpha_of_the_handbook():
    assert cronbach_alpha(TAI) == pytest.approx(0.70, abs=0.005)


@pytest.mark.parametrize(("left_out", "published"), TABLE_11.items())
def test_cronbach_alpha_without_one_indicator_of_the_handbook_table_11(left_out, published):
    assert cronbach_alpha(TAI.drop(columns=left_out)) == pytest.approx(published, abs=0.002)


def test_principal_components_of_the_handbook_table_16():
    found = principal_components(TAI)
    published = [41.9, 21.8, 12.3, 11.1, 6.0, 3.7, 2.2, 0.9]
    np.testing.assert_allclose(found * 100, published, atol=0.15)  # logs are rounded


def test_two_indicators_by_hand():
    scores = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 3.0, 2.0]})  # r = 1/2
    assert correlations(scores).loc["a", "b"] == pytest.approx(0.5)
    found = principal_components(scores)
    assert found.tolist() == pytest.approx([0.75, 0.25])
    assert cronbach_alpha(scores) == pytest.approx(2 / 3)  # 2 r / (1 + r)


def test_only_complete_rows_are_read():
    holed = pd.concat([TAI, pd.DataFrame({"patents": [1e9]}, index=["nowhere"])])
    pd.testing.assert_frame_equal(correlations(holed), correlations(TAI))


def test_a_constant_is_left_out():
    flat = TAI.assign(flat=1.0)
    assert cronbach_alpha(flat) == pytest.approx(cronbach_alpha(TAI))
    assert len(principal_components(flat)) == len(TAI.columns)


def test_too_little_to_say_anything():
    assert math.isnan(cronbach_alpha(TAI.iloc[:2]))
    assert math.isnan(cronbach_alpha(TAI[["patents"]]))
    assert principal_components(TAI.iloc[:2]).empty
