"""What the board shows is what a run gives, and each variant counts once."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import pytest

from backtest import load_market, run
from backtest.board import charts
from backtest.board.snippet import snippet
from backtest.board.tables import compared, headline, switch_dates
from backtest.board.terms import BoardTerms, windows
from backtest.board.view import benchmarks, luck, view
from backtest.errors import UserError
from backtest.trials.ledger import Count
from backtest.tuning.deflated_sharpe import probabilistic_sharpe
from backtest.tuning.sweep import sweep
from backtest.tuning.verdict import Verdict
from backtest.views.words import Words
from strategies import BreakthroughOverlay, EqualWeight, RateRotation, StaticBlend, ThesisRotation

VARIANTS = (ThesisRotation(fall_bp=12.0), RateRotation(), BreakthroughOverlay(), StaticBlend(0.3))


@pytest.fixture(scope="module")
def market():
    return load_market("sample").between("2019-01-01", "2022-12-31")


@pytest.mark.parametrize("strategy", VARIANTS, ids=lambda strategy: strategy.name)
def test_the_view_is_what_a_run_gives(market, strategy):
    seen, result = view(strategy, market), run(strategy, market)
    np.testing.assert_allclose(seen.equity, result.equity, rtol=1e-9)
    pd.testing.assert_series_equal(seen.regime, result.regime, check_dtype=False)
    summary = result.summary()
    for name, value in seen.figures.items():
        assert value == pytest.approx(summary[name], rel=1e-6), name
    assert len(seen.switches) == result.switches


def test_the_view_on_other_terms_is_what_a_run_on_them_gives(market):
    terms = BoardTerms("stock", "close", "2020-01-02", "2021-12-31", "banks")
    seen = view(RateRotation(), terms.market(market), terms)
    result = run(RateRotation(), market, **asdict(terms))
    np.testing.assert_allclose(seen.equity, result.equity, rtol=1e-9)
    assert seen.equity.index.equals(result.equity.index)
    assert list(benchmarks(seen.market, seen.first)) == list(result.benchmarks)
    assert [level.iloc[0] for level in benchmarks(seen.market, seen.first).values()] == [1.0, 1.0]
    summary = result.summary()
    for name, value in seen.figures.items():
        assert value == pytest.approx(summary[name], rel=1e-6), name
    told = "costs='stock', fill='close', start='2020-01-02', end='2021-12-31', benchmark='banks'"
    assert f"run(RateRotation(), market, {told})" in snippet(
        RateRotation(), "sample", terms=terms.changed
    )
    assert seen.place != view(RateRotation(), market).place


def test_windows_offered_lie_in_the_market(market):
    found = windows(market)
    assert found["from 2020"] == ("2020-01-01", None)
    assert "2020" in found
    assert "crash-2015" not in found


def test_the_strip_has_a_row_for_every_rule_and_trigger(market):
    seen = view(ThesisRotation(), market, BoardTerms(start="2021-01-04"))
    (panel,) = charts.signals(seen, Words()).panels
    rules = seen.strategy.triggers()
    leaves = {leaf for rule in rules.values() for leaf in rule.leaves()}
    assert len(panel.rows) == len(rules) + len(leaves)
    assert all(row.index.equals(seen.equity.index) for row in panel.rows.values())
    assert charts.signals(view(EqualWeight(), market), Words()) is None


def test_each_variant_counts_once_and_a_sweep_counts_the_same(market):
    first, again = view(RateRotation(), market), view(RateRotation(), market)
    assert (first.counted, first.trials) == (1, 1)
    assert (again.counted, again.trials) == (0, 1)
    assert view(RateRotation(fall_bp=12.0), market).trials == 2
    swept = sweep(RateRotation(), {"fall_bp": [10.0, 12.0, 14.0]}, market)
    assert swept.tried == 3
    assert first.trials == 1
    assert first.now().trials == 3
    assert first.now().luck.deflated <= first.luck.deflated


def believed(returns, *, blend=None, count=None, switches=40):
    still = np.zeros_like(returns)
    count = count or Count(1, 1, 0)
    ruling = Verdict(None, count, len(returns) / 242, switches, np.nan, np.nan)
    return luck(ruling, returns, still, still if blend is None else blend, 242)


def test_more_independent_trials_make_the_deflated_sharpe_stricter():
    returns = np.random.default_rng(0).normal(0.001, 0.01, 2420)
    alone, ten, many = (believed(returns, count=Count(1000, n, 0)) for n in (1, 10, 1000))
    assert alone.deflated == pytest.approx(probabilistic_sharpe(returns, 242))
    assert alone.hurdle == 0.0
    assert alone.deflated > ten.deflated > many.deflated


def test_small_samples_cannot_tell():
    returns = np.random.default_rng(0).normal(0.001, 0.01, 2420)
    few = believed(returns, switches=1)
    assert few.ruling.word == "cannot tell"
    assert "1 switch is too few (at least 5), after 1 trial." in few.ruling.sentence
    short = believed(returns[:242], count=Count(7, 3, 0), switches=9)
    assert (
        "1.0 years are too few (at least 3), after 7 trials (3 independent)."
        in short.ruling.sentence
    )


def test_returns_of_the_baskets_themselves_have_no_deflated_figure():
    noise = np.random.default_rng(1).normal(0.0, 0.01, 2420)
    assert np.isnan(believed(noise, blend=noise + 1e-15).deflated_active)


def test_the_board_and_a_sweep_say_the_same_of_one_variant(market):
    swept = sweep(RateRotation(), {"fall_bp": [10.0, 12.0, 14.0], "min_hold": [20, 60]}, market)
    seen = view(swept.best.strategy, market)
    found, here = swept.honesty, seen.luck
    assert here.ruling.word == found.verdict
    assert (here.ruling.count.trials, here.ruling.count.effective) == (
        found.trials,
        found.effective_trials,
    )
    assert here.deflated == pytest.approx(found.deflated_sharpe, abs=1e-6)
    assert here.deflated_active == pytest.approx(found.deflated_active, abs=1e-6)
    assert found.timing is not None
    assert here.ruling.timing is not None
    assert here.ruling.timing.p == pytest.approx(found.timing.p, abs=1e-9)
    assert here.ruling.break_even == pytest.approx(found.break_even, rel=1e-6)


def test_tables_say_cannot_tell_where_the_sample_is_too_small(market):
    short = view(RateRotation(), market.until("2020-06-30"))
    shown = {label: value for label, value, _ in headline(short, 1)}
    assert shown["Deflated Sharpe"] == "inconclusive"
    table = compared({"now": short})
    assert table.loc["now", "Deflated"] == "inconclusive"
    assert table.loc["now", "Sharpe"] == f"{short.figures['sharpe']:.2f}"


def test_switch_dates_are_the_latest_first(market):
    seen = view(RateRotation(), market)
    dates = switch_dates(seen)
    assert list(dates.columns) == ["Date", "From", "To"]
    assert list(dates["Date"]) == sorted(dates["Date"], reverse=True)
    first = dates.iloc[-1]
    assert seen.regime[first["Date"]] == first["To"]


def test_benchmarks_start_at_one(market):
    assert [float(level.dropna().iloc[0]) for level in benchmarks(market).values()] == [1.0, 1.0]


def test_a_strategy_that_is_no_rotation_is_compared_with_all_sectors(market):
    seen = view(EqualWeight(), market)
    assert seen.luck.ruling.switches is None
    assert seen.luck.ruling.word == "cannot tell"  # it is all sectors in equal parts itself


def test_a_market_it_cannot_run_on_is_the_users_mistake(market):
    from dataclasses import replace

    with pytest.raises(UserError, match="no series"):
        view(RateRotation(), replace(market, series=market.series.iloc[:, :0]))


@dataclass(frozen=True)
class Clairvoyant(RateRotation):
    """Knows the yield of twenty sessions later."""

    def regime(self, market):
        return super().regime(market).shift(-20).bfill().ffill()


def test_what_looks_ahead_has_the_same_verdict_on_the_board_and_in_a_sweep(market):
    swept = sweep(Clairvoyant(), {"fall_bp": [10.0, 12.0]}, market)
    ruling = view(swept.best.strategy, market).luck.ruling
    assert ruling.word == swept.honesty.verdict == "cannot tell"
    assert ruling.sentence == swept.honesty.banner
    assert ruling.sentence.startswith("It looks ahead, so there is no verdict")
