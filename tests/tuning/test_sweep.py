"""Sweeps: every variant's figures are those of a single run."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from backtest.costs import ETF_COSTS, FREE, CostModel
from backtest.engine.held import lineage
from backtest.engine.kernel import FIGURES
from backtest.engine.run import run
from backtest.errors import UserError
from backtest.market import Market
from backtest.render.waiting import progress_bar
from backtest.strategy import Strategy
from backtest.trials.ledger import Ledger
from backtest.trials.tried import days_of
from backtest.tuning.agreement import check_against_engine
from backtest.tuning.remote import figures_here
from backtest.tuning.space import sample
from backtest.tuning.sweep import sweep, sweep_variants
from strategies import (
    BreakthroughOverlay,
    PolicyCatalyst,
    RateRotation,
    SectorMomentum,
    StaticBlend,
    ThesisRotation,
)
from tests.markets import make_market

MARKET = make_market(
    sessions=400, bond=True, late={"auto": 150}, suspended={"computer": (200, 215)}, money_rate=2.0
)


def equals_single_runs(found, start=None) -> None:
    for row in range(len(found)):
        result = run(
            found.strategy(row),
            found.market,
            costs=found.costs,
            fill=found.fill,
            cash=found.cash,
            start=start,
        )
        summary = result.summary()
        ours = found.trials.loc[row, list(FIGURES)].to_dict()
        expected = {name: summary[name] for name in FIGURES}
        assert ours == pytest.approx(expected, rel=1e-8, abs=1e-9, nan_ok=True)
        np.testing.assert_allclose(found.returns(row), result.returns, rtol=0, atol=1e-11)
        assert (found.returns(row).index == result.returns.index).all()


@pytest.mark.parametrize(
    ("strategy", "space"),
    [
        (RateRotation(), {"fall_bp": [2.0, 5.0], "rate_window": [40, 60], "min_hold": [1, 20]}),
        (
            ThesisRotation(fall_window=20, rate_window=40, trend_window=40),
            {
                "confidence": [1, 2],
                "sleeve": [0.0, 0.5],
                "overlay": [0.0, 0.4],
                "rebalance": ["monthly", "never"],
            },
        ),
        (PolicyCatalyst(events=None), {"hold": [5, 60], "rebalance": ["quarterly", "never"]}),
        (SectorMomentum(windows=(20,)), {"top": [1, 3], "skip": [0, 5]}),
        (StaticBlend(), {"nqp": [0.0, 0.5, 1.0]}),
        (BreakthroughOverlay(), {"inner": [RateRotation(), StaticBlend()], "strength": [0.1, 0.5]}),
    ],
    ids=lambda given: given.name if isinstance(given, Strategy) else "",
)
def test_every_variant_equals_a_single_run(strategy, space):
    equals_single_runs(sweep(strategy, space, MARKET))


def test_options_are_those_of_a_single_run():
    dear = CostModel.from_bps(commission=10, stamp_duty=30, minimum_commission=20)
    space = {"fall_bp": [2.0, 5.0], "min_hold": [1, 20]}
    start = "2020-09-01"
    found = sweep(
        RateRotation(rate_window=40), space, MARKET, costs=dear, fill="close", cash=2e5, start=start
    )
    equals_single_runs(found, start)
    assert found.window == (pd.Timestamp(start), MARKET.sessions[-1])


def test_without_opens_fills_are_at_the_close():
    market = make_market(sessions=200, opens=False)
    found = sweep(RateRotation(rate_window=40), {"min_hold": [1, 20]}, market)
    assert found.fill == "close"
    equals_single_runs(found)


def test_a_sample_is_swept_as_a_grid_is():
    drawn = sample(RateRotation(), {"min_hold": range(1, 30), "fall_bp": [2.0, 4.0]}, 7, seed=2)
    found = sweep_variants(drawn, MARKET)
    assert len(found) == len(found.trials) == 7
    assert found.trials["min_hold"].tolist() == [drawn.parameters(r)["min_hold"] for r in range(7)]


def test_what_is_computed_elsewhere_leaves_the_same_trials(monkeypatch, tmp_path):
    monkeypatch.setattr("backtest.tuning.trial_recording.KEPT", 20)
    monkeypatch.setattr("backtest.trials.tables.KEPT", 20)
    days = days_of(MARKET.sessions)
    left = []
    for place, engine in (("here", None), ("there", figures_here)):
        monkeypatch.setenv("NQP_HOME", str(tmp_path / place))
        space = {"fall_bp": [1.0, 2.0, 3.0, 5.0], "min_hold": range(1, 20)}
        sweep(RateRotation(rate_window=40), space, MARKET, engine=engine)
        (held,) = Ledger.at_home().held(lineage(MARKET), days)
        counted = Ledger.at_home().count(lineage(MARKET), "2020-01-01", "2030-01-01")
        left.append((counted, held.names, sorted(map(bytes, held.codes))))
    assert left[0] == left[1]
    assert left[0][0].trials == 76
    assert 1 < len(left[0][2]) <= 20


def test_trials_have_a_column_per_parameter_and_figure():
    found = sweep(RateRotation(rate_window=40), {"fall_bp": [2.0, 5.0], "min_hold": [1, 9]}, MARKET)
    assert found.trials.columns.tolist() == ["fall_bp", "min_hold", *FIGURES]
    assert found.trials["min_hold"].dtype == int
    assert found.strategy(3) == RateRotation(rate_window=40, fall_bp=5.0, min_hold=9)
    with pytest.raises(UserError, match="no variant 4"):
        found.returns(4)


def test_the_ranking_knows_which_way_is_better():
    space = {"fall_bp": [1.0, 3.0, 9.0], "min_hold": [1, 9]}
    up = sweep(RateRotation(rate_window=40), space, MARKET, score="total_return")
    assert up.trials["total_return"].iloc[up.ranking].is_monotonic_decreasing
    down = sweep(RateRotation(rate_window=40), space, MARKET, score="turnover")
    assert down.trials["turnover"].iloc[down.ranking].is_monotonic_increasing


def test_returns_come_whole_or_in_pieces(monkeypatch):
    found = sweep(RateRotation(rate_window=40), {"fall_bp": [1, 2, 3], "min_hold": [1, 9]}, MARKET)
    monkeypatch.setattr("backtest.tuning.sweep_result.WIDTH", 4)
    pieces = list(found.chunks())
    assert [piece.shape for piece in pieces] == [(400, 4), (400, 2)]
    whole = np.hstack(pieces)
    assert whole[:, 5] == pytest.approx(found.returns(5).to_numpy(), abs=0)
    growth = (1.0 + whole).prod(axis=0) - 1.0
    assert growth == pytest.approx(found.trials["total_return"].to_numpy(), rel=1e-9)
    assert len(found.benchmark) == len(found.risk_free) == 400


@dataclass(frozen=True)
class Idle(Strategy):
    """Orders nothing, or everything in one instrument."""

    active: bool = False

    def target_weights(self, market: Market) -> pd.DataFrame:
        weights = pd.DataFrame(np.nan, market.sessions, market.instruments)
        if self.active:
            weights.iloc[0] = np.eye(len(market.instruments))[0]
        return weights


def test_no_score_ranks_last_and_none_at_all_is_an_error():
    market = make_market(sessions=50)
    found = sweep(Idle(), {"active": [False, True]}, market)
    assert np.isnan(found.trials["sharpe"].iloc[0])
    assert found.ranking.tolist() == [1, 0]
    with pytest.raises(UserError, match="no variant has a sharpe"):
        sweep(Idle(), {"active": [False]}, market)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"score": "sharp"}, "did you mean 'sharpe'"),
        ({"cash": 0.0}, "above 0"),
        ({"start": "2099-01-01"}, "at least 2"),
        ({"fill": "noon"}, "choose open or close"),
        ({"constraints": [lambda p: False]}, "no combination"),
    ],
)
def test_bad_options_get_one_sentence(given, said):
    with pytest.raises(UserError, match=said):
        sweep(RateRotation(), {"min_hold": [1, 2]}, MARKET, **given)


def test_a_variant_that_cannot_be_meant_is_named_as_in_a_single_run():
    class Blind(RateRotation):
        def baskets(self, market):
            everything = pd.DataFrame(1.0, market.sessions, market.instruments)
            return {"traditional": everything / 7, "nqp": everything / 7}

    with pytest.raises(UserError, match="AUTO has a weight"):
        sweep(Blind(), {"min_hold": [1, 2]}, MARKET)


def test_a_difference_between_kernel_and_vectorbt_is_an_error():
    found = sweep(RateRotation(rate_window=40), {"min_hold": [1, 9]}, MARKET, costs=FREE)
    wrong = found.trials.assign(total_return=found.trials["total_return"] + 1e-6)
    with pytest.raises(RuntimeError, match="please report"):
        check_against_engine(replace(found, trials=wrong))
    with pytest.raises(RuntimeError, match="please report"):
        check_against_engine(replace(found, costs=ETF_COSTS))


def test_progress_is_told_and_a_bar_needs_a_terminal(capsys):
    done: list[int] = []
    sweep(RateRotation(rate_window=40), {"min_hold": range(1, 30)}, MARKET, progress=done.append)
    assert sum(done) == 29
    done.clear()
    sweep(SectorMomentum(windows=(20,)), {"top": range(1, 5)}, MARKET, progress=done.append)
    assert sum(done) == 4
    with progress_bar(3, "things") as advance:
        advance(3)
    assert capsys.readouterr().err == ""


def test_a_bar_shows_rate_and_time_left_after_a_second(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("backtest.render.waiting.PATIENCE", -1.0)
    with progress_bar(3, "variants") as advance:
        advance(2)
        advance(1)
    assert "3/3" in capsys.readouterr().err


def test_the_benchmark_runs():
    from backtest.tuning.space import grid
    from tests.benchmarks.sweep import THESIS, cut_market, scaling, taken, targets_of

    market = cut_market(300)
    few = taken(grid(ThesisRotation(), THESIS), 3)
    assert len(targets_of(market, few)) == 3
    assert callable(scaling)


def worst_day(returns):
    return returns.min()


@cache
def late_run(strategy):
    return run(strategy, MARKET, start=MARKET.sessions[100])


@pytest.mark.parametrize("score", ["information_ratio", "alpha", "tracking_error", worst_day])
@pytest.mark.parametrize(
    ("strategy", "space"),
    [
        (RateRotation(), {"fall_bp": [2.0, 5.0], "min_hold": [1, 20]}),
        (SectorMomentum(), {"top": [1, 2]}),
    ],
)
def test_any_figure_and_ones_own_ranks_as_single_runs_do(strategy, space, score):
    found = sweep(strategy, space, MARKET, score=score, start=MARKET.sessions[100])
    results = [late_run(found.strategy(row)) for row in range(len(found))]
    if callable(score):
        expected = [float(result.returns.min()) for result in results]
    else:
        expected = [result.summary()[score] for result in results]
    name = score if isinstance(score, str) else "worst_day"
    assert found.trials[name].tolist() == pytest.approx(expected, rel=1e-7, abs=1e-10)
    ranked = -np.array(expected) if score == "tracking_error" else np.array(expected)
    assert ranked[found.best.variant] == pytest.approx(ranked.max(), rel=1e-7)
