"""Every figure against a number worked out by hand."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.engine import metrics
from backtest.engine.kernel import FIGURES
from backtest.errors import UserError
from backtest.market.frequency import sessions_per_year

RETURNS = pd.Series(
    [0.10, -0.05, 0.02, -0.01],
    index=pd.to_datetime(["2024-05-30", "2024-05-31", "2024-06-03", "2024-07-01"]),
)
BENCHMARK = pd.Series([0.04, -0.02, 0.01, 0.03], index=RETURNS.index)


def test_total_return_compounds():
    assert metrics.total_return(RETURNS) == pytest.approx(1.1 * 0.95 * 1.02 * 0.99 - 1)


def test_cagr_raises_the_growth_to_a_year():
    growth = 1.1 * 0.95 * 1.02 * 0.99
    assert metrics.cagr(RETURNS, 242) == pytest.approx(growth ** (242 / 4) - 1)


def test_cagr_of_ruin_is_minus_one():
    assert metrics.cagr(pd.Series([-1.0, 0.0]), 242) == -1.0


def test_volatility_divides_by_n_minus_one():
    # mean 0.015; squares 0.085², 0.065², 0.005², 0.025² sum to 0.0121; / 3
    assert metrics.volatility(RETURNS, 242) == pytest.approx(math.sqrt(0.0121 / 3 * 242))


def test_sharpe_is_mean_over_deviation():
    assert metrics.sharpe(RETURNS, 242) == pytest.approx(
        0.015 / math.sqrt(0.0121 / 3) * math.sqrt(242)
    )


def test_sharpe_takes_what_cash_earns_off_first():
    assert metrics.sharpe(RETURNS, 242, 0.005) == pytest.approx(
        0.010 / math.sqrt(0.0121 / 3) * math.sqrt(242)
    )


def test_sortino_counts_losses_only():
    downside = math.sqrt((0.05**2 + 0.01**2) / 4)
    assert metrics.sortino(RETURNS, 242) == pytest.approx(0.015 / downside * math.sqrt(242))


def test_drawdown_starts_from_the_starting_cash():
    fall = metrics.drawdown(pd.Series([-0.1, 0.05]))
    assert fall.tolist() == pytest.approx([-0.1, 0.9 * 1.05 - 1])


def test_max_drawdown_and_calmar():
    assert metrics.max_drawdown(RETURNS) == pytest.approx(-0.05)
    assert metrics.calmar(RETURNS, 242) == pytest.approx(metrics.cagr(RETURNS, 242) / 0.05)


def test_drawdown_dates_name_peak_trough_and_recovery():
    days = pd.bdate_range("2024-01-01", periods=5)
    peak, trough, recovery = metrics.drawdown_dates(
        pd.Series([0.1, -0.2, 0.1, 0.2, 0.0], index=days)
    )
    assert (peak, trough, recovery) == (days[0], days[1], days[3])


def test_drawdown_dates_when_never_above_the_start_and_never_recovered():
    days = pd.bdate_range("2024-01-01", periods=2)
    assert metrics.drawdown_dates(pd.Series([-0.1, -0.1], index=days)) == (None, days[1], None)
    assert metrics.drawdown_dates(pd.Series([0.1, 0.1], index=days)) == (None, None, None)


def test_positive_months_counts_calendar_months():
    # May +4.5 %, June +2 %, July −1 %
    assert metrics.positive_months(RETURNS, RETURNS.index) == pytest.approx(2 / 3)


def test_half_returns():
    assert metrics.half_returns(RETURNS).to_dict() == pytest.approx(
        {"2024H1": 1.1 * 0.95 * 1.02 - 1, "2024H2": -0.01}
    )


def test_beta_and_alpha_by_the_definition():
    # deviations: ours .085 −.065 .005 −.025; theirs .025 −.035 −.005 .015; products sum to .004
    assert metrics.beta(RETURNS, BENCHMARK) == pytest.approx(0.004 / 0.0021)
    assert metrics.alpha(RETURNS, BENCHMARK, 242) == pytest.approx(
        (0.015 - 0.004 / 0.0021 * 0.015) * 242
    )


def test_beta_of_a_scaled_benchmark_is_the_scale():
    assert metrics.beta(BENCHMARK * 1.5, BENCHMARK) == pytest.approx(1.5)
    assert metrics.alpha(BENCHMARK * 1.5, BENCHMARK, 242) == pytest.approx(0.0, abs=1e-12)


def test_tracking_error_and_information_ratio():
    # active .06 −.03 .01 −.04: mean 0, so the ratio is 0
    assert metrics.tracking_error(RETURNS, BENCHMARK, 242) == pytest.approx(
        math.sqrt(0.0062 / 3 * 242)
    )
    assert metrics.information_ratio(RETURNS, BENCHMARK, 242) == pytest.approx(0.0, abs=1e-12)


def test_captures_compare_months():
    benchmark = pd.Series([0.02, -0.04], index=pd.to_datetime(["2024-01-31", "2024-02-29"]))
    ours = pd.Series([0.03, -0.01], index=benchmark.index)
    assert metrics.up_capture(ours, benchmark, benchmark.index) == pytest.approx(1.5)
    assert metrics.down_capture(ours, benchmark, benchmark.index) == pytest.approx(0.25)


def test_a_gap_in_the_benchmark_is_left_out_not_zero():
    holed = BENCHMARK.copy()
    holed.iloc[1] = np.nan
    kept = [0, 2, 3]
    assert metrics.beta(RETURNS, holed) == pytest.approx(
        metrics.beta(RETURNS.iloc[kept], BENCHMARK.iloc[kept])
    )


@pytest.mark.parametrize(
    "figure",
    [
        lambda r: metrics.sharpe(r, 242),
        lambda r: metrics.sortino(r, 242),
        lambda r: metrics.calmar(r, 242),
        lambda r: metrics.beta(r, r),
        lambda r: metrics.information_ratio(r, r, 242),
    ],
)
def test_what_cannot_be_computed_is_nan(figure):
    flat = pd.Series(0.0, index=pd.bdate_range("2024-01-01", periods=5))
    assert math.isnan(figure(flat))


def test_a_record_that_has_ended_is_unknown_not_flat():
    ended = RETURNS.where(RETURNS.index < "2024-07-01")
    assert math.isnan(metrics.half_returns(ended)["2024H2"])
    assert math.isnan(metrics.total_return(ended.dropna().iloc[:0]))


def test_published_example_agrees_with_ffn():
    # a peer's definitions on the same numbers, annualized the same way
    ffn = pytest.importorskip("ffn", reason="ffn comes with the test extra")
    draw = np.random.default_rng(3).normal(0.0004, 0.01, 500)
    returns = pd.Series(draw, index=pd.bdate_range("2022-01-03", periods=500))
    assert metrics.sharpe(returns, 252) == pytest.approx(
        float(ffn.calc_sharpe(returns, nperiods=252, annualize=True)), rel=1e-9
    )
    prices = (1 + returns).cumprod()
    assert metrics.max_drawdown(returns.iloc[1:]) == pytest.approx(
        float(ffn.calc_max_drawdown(prices / prices.iloc[0])), rel=1e-9
    )


# The portfolio of the worked examples in Bacon, Practical Portfolio Performance Measurement (2008):
# 24 months from January 2000. R PerformanceAnalytics 2.1.0 gives its growth a year by elapsed time.
BACON = [0.3, 2.6, 1.1, -1.0, 1.5, 2.5, 1.6, 6.7, -1.4, 4.0, -0.5, 8.1,
         4.0, -3.7, -6.1, 1.7, -4.9, -2.2, 7.0, 5.8, -6.5, 2.4, -0.5, -0.9]  # fmt: skip


def test_growth_a_year_is_over_elapsed_time_as_published():
    months = pd.date_range("1999-12-31", periods=25, freq="ME")
    returns = pd.Series([0.0, *BACON], index=months) / 100.0
    assert metrics.cagr(returns.iloc[1:], 12) == pytest.approx(0.103678, abs=5e-7)
    assert metrics.cagr(returns, sessions_per_year(months, 12)) == pytest.approx(0.103604, abs=5e-7)
    started = sessions_per_year(months, 12, first=1)
    assert metrics.cagr(returns.iloc[1:], started) == pytest.approx(0.103604, abs=5e-7)
    assert started == pytest.approx(24 / (731 / 365.25))


def test_under_a_year_the_declared_number_of_sessions_stands():
    days = pd.bdate_range("2024-01-01", "2024-06-28")
    assert sessions_per_year(days, 242) == 242
    assert sessions_per_year(pd.bdate_range("2022-01-03", "2024-01-03"), 242) > 260


def track(columns: int = 0) -> metrics.Track:
    draw = np.random.default_rng(5)
    days = pd.bdate_range("2022-01-03", periods=400)
    shape = (400, columns) if columns else 400
    returns = draw.normal(0.0005, 0.01, shape)
    benchmark = draw.normal(0.0003, 0.01, 400)
    benchmark[:50] = np.nan
    return metrics.Track(
        returns,
        242.0,
        days,
        risk_free=np.full(400, 0.0001),
        benchmark=benchmark,
        traded=np.abs(draw.normal(0, 0.1, shape)),
        equity=100 * np.cumprod(1 + returns, axis=0),
        costs=np.arange(1.0, columns + 1) if columns else 3.0,
        regime=draw.integers(0, 2, shape),
    )


@pytest.mark.parametrize("name", metrics.METRICS)
def test_several_portfolios_at_once_have_the_figures_of_each_alone(name):
    many, metric = track(4), metrics.METRICS[name]
    found = metric.of(many)
    for column in range(4):
        alone = replace(
            many,
            **{
                field: np.asarray(getattr(many, field))[..., column]
                for field in ("returns", "traded", "equity", "costs", "regime")
            },
        )
        one = metric.of(alone)
        assert isinstance(one, float)
        assert found[column] == pytest.approx(one, rel=1e-12)


def test_a_figure_is_named_in_two_languages_and_has_a_unit():
    for name, metric in metrics.METRICS.items():
        assert metric.name == name
        assert metric.label.isascii()
        assert not metric.label_zh.isascii()
        assert metric.unit.format(0.123)
    assert {name for name, metric in metrics.METRICS.items() if not metric.tunable} == {"beta"}


def test_only_what_a_track_has_is_computed():
    bare = replace(track(), benchmark=None, traded=None, equity=None, costs=None, regime=None)
    names = set(metrics.figures(bare))
    assert {"sharpe", "positive_months"} <= names
    assert not names & {"beta", "alpha", "turnover", "costs_paid", "switches"}


def test_the_kernel_computes_registered_figures():
    assert set(FIGURES) <= set(metrics.METRICS)


def test_scores_are_names_or_functions_of_returns():
    assert metrics.score("information_ratio").better == 1
    assert metrics.score("volatility").better == -1

    def worst_day(returns):
        return returns.min()

    own = metrics.score(worst_day)
    assert own.name == "worst_day"
    assert own.of(track(3)).tolist() == track(3).returns.min(axis=0).tolist()
    for wrong in ("sharp", "beta"):
        with pytest.raises(UserError, match=f"there is no score '{wrong}'; "):
            metrics.score(wrong)
    with pytest.raises(UserError, match="there is no score 'switches'"):
        metrics.score("switches", ("returns", "sessions", "per_year"))
