"""Event-study arithmetic against statsmodels and by hand, and the size of both tests."""

import numpy as np
import pytest

from backtest.evidence.event_tests import Design, abnormal, bmp, rank_test, residuals


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
    statistic, p = bmp(np.array([1.0, 2.0, 3.0]))
    assert statistic == pytest.approx(3.4641016)
    assert p == pytest.approx(0.0741799)
    assert np.isnan(bmp(np.array([1.0]))[0])


def test_rank_test_by_hand():
    """One event of four days, ranks 1 2 3 | 4 over 5: deviations −.3 −.1 .1 | .3, s = √.05."""
    statistic, p = rank_test(np.array([[0.01, 0.02, 0.03, 0.09]]), horizon=1)
    assert statistic == pytest.approx(0.3 / np.sqrt(0.05))
    assert p == pytest.approx(0.1797125)
    assert np.isnan(rank_test(np.empty((0, 5)), 1)[0])


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
        below += [bmp(np.array(scars))[1] <= 0.1, rank_test(np.array(rests), 10)[1] <= 0.1]
    if raised:
        assert (below >= 95).all()
    else:
        assert (below >= 2).all()
        assert (below <= 20).all()
