"""Event-study arithmetic against statsmodels and by hand, and the size of both tests."""

import numpy as np
import pytest

from backtest.evidence.event_tests import bmp, clustered, correlation, pooled, rank_test
from backtest.evidence.market_model import Design, abnormal, residuals


def returns(seed=0, sessions=200):
    random = np.random.default_rng(seed)
    market = random.normal(0.0, 0.01, sessions)
    return 0.0005 + 1.2 * market + random.normal(0.0, 0.008, sessions), market


def test_one_day_is_a_prediction_error_of_least_squares():
    """With a horizon of one session the standard error is that of an OLS prediction."""
    import statsmodels.api as sm

    ours, market = returns()
    design = Design(estimation=60, gap=3, horizon=1)
    car, scar = abnormal(ours, market, design)
    event = 100
    usual = slice(event - 63, event - 3)
    fit = sm.OLS(ours[usual], sm.add_constant(market[usual])).fit()
    predicted = fit.get_prediction(np.array([[1.0, market[event + 1]]]))
    assert car[event] == pytest.approx(ours[event + 1] - predicted.predicted_mean[0])
    error = np.sqrt(predicted.var_pred_mean[0] + fit.mse_resid)
    assert scar[event] == pytest.approx(car[event] / error)


def test_windows_that_do_not_fit_have_no_number():
    ours, market = returns(sessions=100)
    car, _ = abnormal(ours, market, Design(60, 3, 10))
    assert np.flatnonzero(np.isfinite(car)).tolist() == list(range(63, 90))
    assert np.isnan(abnormal(ours[:70], market[:70], Design(60, 3, 10))[0]).all()


def test_residuals_sum_to_the_abnormal_return():
    ours, market = returns()
    design = Design(60, 3, 10)
    rest = residuals(ours, market, 90, design)
    assert len(rest) == 70
    assert rest[:60].sum() == pytest.approx(0.0, abs=1e-12)
    assert rest[60:].sum() == pytest.approx(abnormal(ours, market, design)[0][90])


def test_bmp_by_hand():
    """1, 2, 3: mean 2, deviation 1, t = 2√3, two degrees of freedom."""
    statistic, p = bmp(np.array([1.0, 2.0, 3.0]), np.eye(3))
    assert statistic == pytest.approx(3.4641016)
    assert p == pytest.approx(0.0741799)
    assert np.isnan(bmp(np.array([1.0]), np.eye(1))[0])


def test_rank_test_by_hand():
    """Three events of four days; the last ranks 4, 3 and 4 of 5: deviations .3 .1 .3, t = .7/.2."""
    values = np.array([[1.0, 2.0, 3.0, 9.0], [1.0, 2.0, 9.0, 3.0], [3.0, 1.0, 2.0, 4.0]])
    statistic, p = rank_test(values, 1, np.eye(3))
    assert statistic == pytest.approx(3.5)
    assert p == pytest.approx(0.0728, abs=0.0001)
    assert np.isnan(rank_test(np.empty((0, 5)), 1, np.eye(0))[0])


def test_events_apart_are_separate_and_events_at_one_time_are_one():
    design = Design(120, 5, 20)
    values = np.array([1.0, 2.0, 3.0, 4.0])
    apart = correlation(np.array([0, 300, 600, 900]), design)
    assert apart.tolist() == np.eye(4).tolist()
    for error in (clustered, pooled):
        assert error(values, apart) == pytest.approx((values.std(ddof=1) / 2.0, 3.0))
    pairs = correlation(np.array([0, 0, 300, 300]), design)
    of_two = clustered(np.array([1.5, 1.5, 3.5, 3.5]), pairs)
    assert of_two == pytest.approx((1.0, 1.0))  # two means, 1.5 and 3.5
    assert clustered(values, np.ones((4, 4)))[1] == 0.0


def test_correlation_of_overlapping_windows_is_that_of_simulated_returns():
    design = Design(60, 5, 10)
    draws = np.random.default_rng(1).normal(0.0, 1.0, (20000, 200))

    def cars(at):
        usual = draws[:, at - 65 : at - 5].mean(axis=1)
        return draws[:, at + 1 : at + 11].sum(axis=1) - 10 * usual

    for lag in (0, 3, 10, 30):
        expected = np.corrcoef(cars(100), cars(100 + lag))[0, 1]
        found = correlation(np.array([100, 100 + lag]), design)[0, 1]
        assert found == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("raised", [0.0, 0.01])
def test_size_and_power(raised):
    """With no effect one p-value in ten is below 0.1; with one of 1 % over ten days nearly all."""
    random = np.random.default_rng(7)
    design = Design(60, 3, 10)
    below = np.zeros(2)
    for _ in range(100):
        scars, rests = [], []
        for _ in range(12):
            market = random.standard_t(5, 90) * 0.008
            ours = market + random.standard_t(5, 90) * 0.006
            ours[71:81] += raised
            scars.append(abnormal(ours, market, design)[1][70])
            rests.append(residuals(ours, market, 70, design))
        below += [
            bmp(np.array(scars), np.eye(12))[1] <= 0.1,
            rank_test(np.array(rests), 10, np.eye(12))[1] <= 0.1,
        ]
    if raised:
        assert (below >= 95).all()
    else:
        assert (below >= 2).all()
        assert (below <= 20).all()
