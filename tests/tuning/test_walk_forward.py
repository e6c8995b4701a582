"""Walk-forward: windows by hand, scores as metrics defines them, one stitched simulation."""

import numpy as np
import pandas as pd
import pytest

from backtest.costs import FREE
from backtest.engine import metrics
from backtest.engine.run import run
from backtest.errors import UserError
from backtest.market.universe import sectors
from backtest.tuning.splits import Split, expanding, rolling
from backtest.tuning.walk_forward import walk_forward
from strategies import RateRotation
from tests.markets import make_market

DAYS = pd.bdate_range("2020-01-01", periods=20)
SPACE = {"fall_bp": [2.0, 5.0, 20.0], "rate_window": [20, 60], "min_hold": [5, 20]}


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=900, sectors=tuple(sectors()), seed=8, money_rate=1.0)


@pytest.fixture(scope="module")
def walked(market):
    splits = expanding(market.sessions, train_years=1.5, test_years=0.75)
    return walk_forward(RateRotation(fall_window=20), SPACE, market, splits=splits)


def shape(splits):
    return [(split.train.tolist(), split.test) for split in splits]


def test_purge_and_embargo_leave_out_their_sessions():
    terms = {"train_years": 6, "test_years": 4, "per_year": 1, "purge": 1, "embargo": 2}
    assert shape(expanding(DAYS, **terms)) == [
        ([0, 1, 2, 3, 4], (6, 9)),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], (10, 13)),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12], (14, 17)),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16], (18, 19)),
    ]
    assert shape(rolling(DAYS, **terms))[1:] == [
        ([4, 5, 6, 7, 8], (10, 13)),
        ([8, 9, 12], (14, 17)),
        ([12, 13, 16], (18, 19)),
    ]


def test_what_precedes_the_first_session_is_history_only():
    terms = {"train_years": 6, "test_years": 4, "per_year": 1, "purge": 1, "first": 4}
    assert shape(expanding(DAYS, **terms))[0] == ([4, 5, 6, 7, 8], (10, 13))
    assert shape(rolling(DAYS, **terms))[1] == ([8, 9, 10, 11, 12], (14, 17))
    with pytest.raises(UserError, match="4 sessions are too few for 6"):
        expanding(DAYS, **terms | {"first": 16})


def test_a_short_rest_joins_the_last_test():
    splits = expanding(DAYS[:15], train_years=6, test_years=4, per_year=1, purge=0)
    assert [split.test for split in splits] == [(6, 9), (10, 14)]


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"train_years": 20}, "20 sessions are too few for 20 to train on"),
        ({"train_years": 1}, "train_years makes 1 sessions"),
        ({"train_years": 6, "test_years": 0}, "test_years makes 0 sessions"),
        ({"train_years": 6, "purge": 6}, "purge fewer"),
        ({"train_years": 6, "embargo": -1}, "embargo makes -1"),
    ],
)
def test_windows_that_make_no_sense(terms, says):
    with pytest.raises(UserError, match=says):
        expanding(DAYS, per_year=1, **terms)


def test_the_winner_is_the_best_in_sample_and_is_scored_on_what_follows(walked, market):
    window = walked.windows.iloc[0]
    train = slice(window["train_from"], window["train_to"])
    test = slice(window["test_from"], window["test_to"])
    scores, trained = {}, market.between(window["train_from"], window["train_to"]).per_year()
    per_year = market.between(window["test_from"], window["test_to"]).per_year()
    for row in range(len(walked.swept)):
        returns = walked.swept.returns(row)
        scores[row] = metrics.sharpe(returns[train], trained, walked.swept.risk_free[train])
    winner = max(scores, key=scores.get)
    assert walked.swept.variants.parameters(winner) == {name: window[name] for name in SPACE}
    assert window["in_sample"] == pytest.approx(scores[winner])
    returns = walked.swept.returns(winner)[test]
    assert window["out_of_sample"] == pytest.approx(
        metrics.sharpe(returns, per_year, walked.swept.risk_free[test])
    )
    assert 0 <= window["rank"] < 1


def test_one_window_stitched_is_the_winner_run_over_it(market):
    splits = [Split(np.arange(300), (400, 899))]
    walked = walk_forward(
        RateRotation(fall_window=20), SPACE, market, splits=splits, costs=FREE, fill="close"
    )
    winner = RateRotation(
        fall_window=20, **{name: walked.windows.iloc[0][name].item() for name in SPACE}
    )
    alone = run(winner, market, costs=FREE, fill="close", start=market.sessions[400])
    pd.testing.assert_series_equal(walked.result.equity, alone.equity)
    pd.testing.assert_series_equal(walked.result.regime, alone.regime)


def test_switching_parameters_is_a_trade_like_any_other(walked):
    assert walked.result.equity.index[0] == walked.windows["test_from"].iloc[0]
    assert walked.result.equity.index[-1] == walked.windows["test_to"].iloc[-1]
    assert walked.default.equity.index.equals(walked.result.equity.index)
    first = walked.result.orders["filled"]
    assert (first >= walked.windows["test_from"].iloc[0]).all()


def test_decay_and_drift_say_what_was_lost(walked):
    decay = walked.decay.iloc[0]
    assert decay["in_sample"] == pytest.approx(walked.windows["in_sample"].mean())
    assert set(walked.drift.index) == set(SPACE)
    assert walked.drift.between(0, 1).all()
    assert set(walked.to_json()) >= {"windows", "decay", "drift", "out_of_sample", "default"}


def test_later_data_changes_no_earlier_window(walked, market):
    cut = int(market.sessions.get_loc(walked.windows["test_to"].iloc[0]))
    splits = expanding(market.sessions, train_years=1.5, test_years=0.75)[:1]
    early = walk_forward(
        RateRotation(fall_window=20), SPACE, market.until(market.sessions[cut]), splits=splits
    )
    row = walked.windows.iloc[0]
    pd.testing.assert_series_equal(early.windows.iloc[0], row)


@pytest.mark.parametrize(
    ("splits", "score", "says"),
    [
        (None, "turnover", "there is no score 'turnover'"),
        ([Split(np.arange(50), (40, 60))], "sharpe", "trains on its own test"),
        ([Split(np.arange(50), (60, 2000))], "sharpe", "a test within the market"),
        (
            [Split(np.arange(50), (60, 70)), Split(np.arange(50), (72, 80))],
            "sharpe",
            "without gap or overlap",
        ),
    ],
)
def test_nonsense_is_refused(market, splits, score, says):
    with pytest.raises(UserError, match=says):
        walk_forward(RateRotation(), SPACE, market, splits=splits, score=score)


def test_the_information_ratio_chooses_against_the_benchmark(market):
    splits = expanding(market.sessions, train_years=1.5, test_years=1.5)[:1]
    walked = walk_forward(
        RateRotation(fall_window=20), SPACE, market, splits=splits, score="information_ratio"
    )
    swept, window = walked.swept, walked.windows.iloc[0]
    train = slice(window["train_from"], window["train_to"])
    benchmark = market.benchmark.pct_change().fillna(0.0).loc[train]
    per_year = market.between(window["train_from"], window["train_to"]).per_year()
    scores = [
        metrics.information_ratio(swept.returns(row)[train], benchmark, per_year)
        for row in range(len(swept))
    ]
    assert window["in_sample"] == pytest.approx(max(scores), rel=1e-6)
    winner = {name: window[name] for name in SPACE}
    assert swept.variants.parameters(int(np.argmax(scores))) == winner
