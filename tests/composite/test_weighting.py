"""Weights agree with what their authors published, and with arithmetic done here by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.composite.normalization import normalize
from backtest.composite.weighting import EPSILON, METHODS, varimax, weigh
from backtest.errors import UserError
from tests.composite.published import FIRMS, TAI, XU

OBJECTIVE = ("entropy", "critic", "std", "pca")

scores = st.lists(
    st.tuples(*[st.integers(-5, 5).map(lambda number: number / 2)] * 3), min_size=1, max_size=15
)


def test_entropy_of_xu_2004():
    found = weigh(XU, "entropy")
    np.testing.assert_allclose(found, [0.4630, 0.3992, 0.1378, 0.0000], atol=5e-5)
    share = XU / XU.sum()
    divergence = 1.0 + (share * np.log(share)).sum() / np.log(4)
    np.testing.assert_allclose(found, divergence / divergence.sum(), rtol=1e-9)


def test_critic_of_diakoulaki_1995():
    found = weigh(FIRMS, "critic")
    np.testing.assert_allclose(found, [0.2022, 0.4809, 0.3169], atol=5e-5)
    scaled = (FIRMS - FIRMS.min()) / (FIRMS.max() - FIRMS.min())
    information = scaled.std() * (1.0 - scaled.corr()).sum()
    np.testing.assert_allclose(found, information / information.sum(), rtol=1e-9)


def test_pca_of_the_handbook_table_18():
    published = [0.17, 0.15, 0.11, 0.07, 0.08, 0.12, 0.14, 0.16]
    np.testing.assert_allclose(weigh(TAI, "pca"), published, atol=0.006)


def test_varimax_is_that_of_statsmodels():
    from statsmodels.multivariate.factor_rotation import rotate_factors

    drawn = np.random.default_rng(0)
    for rows, factors in ((3, 2), (6, 3), (9, 4)):
        loadings = drawn.normal(size=(rows, factors))
        theirs, _ = rotate_factors(loadings, "varimax", tol=1e-7)
        np.testing.assert_allclose(varimax(loadings), theirs, atol=1e-9)
        assert np.abs(theirs - loadings).max() > 0.1


def test_std_is_in_proportion_to_standard_deviations():
    found = weigh(FIRMS, "std")
    np.testing.assert_allclose(found, FIRMS.std() / FIRMS.std().sum(), rtol=1e-12)


def test_expert_numbers_are_scaled_to_one():
    found = weigh(FIRMS, "expert", expert=dict(zip(FIRMS, (2, 1, 1), strict=True)))
    assert found.tolist() == [0.5, 0.25, 0.25]


def test_zeros_after_min_max_are_the_convention_that_zero_log_zero_is_zero():
    scaled = normalize(XU.drop(columns="d"), "min-max")
    assert (scaled == 0.0).any(axis=None)
    low, high = scaled.min(), scaled.max()
    share = (scaled - low) / (high - low)
    share = share / share.sum()
    logs = np.log(share.where(share > 0.0, 1.0))
    divergence = 1.0 + (share * logs).sum() / np.log(len(share))
    np.testing.assert_allclose(
        weigh(scaled, "entropy"), divergence / divergence.sum(), atol=30 * EPSILON
    )


@pytest.mark.parametrize("method", OBJECTIVE)
def test_what_never_moved_weighs_nothing(method):
    found = weigh(FIRMS.assign(flat=0.1, unseen=np.nan), method)
    assert found["flat"] == found["unseen"] == 0.0
    pd.testing.assert_series_equal(found[list(FIRMS)], weigh(FIRMS, method))


@pytest.mark.parametrize("method", OBJECTIVE)
@pytest.mark.parametrize(
    "history",
    [
        FIRMS[["profitability"]],
        FIRMS.iloc[:2],
        FIRMS.assign(**dict.fromkeys(FIRMS, 1.0)),
        FIRMS[["profitability"]].assign(flat=1.0, still=2.0),
        FIRMS.iloc[:0],
        FIRMS * np.nan,
    ],
    ids=["one", "two rows", "all flat", "one moves", "no rows", "no values"],
)
def test_too_little_to_go_by_is_weighed_equally(method, history):
    found = weigh(history, method)
    assert found.tolist() == [1.0 / history.shape[1]] * history.shape[1]


def test_indicators_that_all_say_the_same_are_weighed_equally_by_critic():
    same = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [2.0, 4.0, 8.0]})
    assert weigh(same, "critic").tolist() == [0.5, 0.5]


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30)
@given(rows=scores)
def test_weights_are_not_negative_and_sum_to_one(method, rows):
    history = pd.DataFrame(rows, columns=list("abc"))
    found = weigh(history, method, expert={"a": 1.0, "b": 0.0, "c": 2.5})
    assert found.index.tolist() == list("abc")
    assert (found >= 0.0).all()
    assert found.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("method", ["critic", "pca"])
@settings(max_examples=30)
@given(rows=scores, scale=st.sampled_from([0.5, 3.0]), shift=st.integers(-3, 3))
def test_correlation_weights_do_not_know_units(method, rows, scale, shift):
    history = pd.DataFrame(rows, columns=list("abc"))
    other = history.assign(a=history["a"] * scale + shift)
    np.testing.assert_allclose(weigh(history, method), weigh(other, method), atol=1e-6)


def test_mistakes():
    with pytest.raises(UserError, match="did you mean 'critic'"):
        weigh(FIRMS, "critc")
    with pytest.raises(UserError, match="'productivity' has no expert weight"):
        weigh(FIRMS, "expert", expert={"profitability": 1.0, "market share": 1.0})
    with pytest.raises(UserError, match="from 0 up"):
        weigh(FIRMS, "expert", expert=dict.fromkeys(FIRMS, -1.0))
    with pytest.raises(UserError, match="all expert weights are 0"):
        weigh(FIRMS, "expert", expert=dict.fromkeys(FIRMS, 0.0))
