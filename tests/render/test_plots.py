"""Plots return their Axes and show what they say."""

import matplotlib as mpl
import pytest

from backtest import load_market, run_many
from backtest.tuning.sweep import sweep
from strategies import EqualWeight, RateRotation, ThesisRotation

mpl.use("Agg")

from backtest.render.plots import drawdown, equity, heat_map, png, switch_raster
from backtest.render.plots.style import pyplot


@pytest.fixture(scope="module")
def results():
    return run_many([ThesisRotation(), EqualWeight()], load_market("sample"))


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def test_equity_of_one_has_benchmarks_and_a_ribbon(results):
    axes = equity(results[0])
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels[:3] == ["thesis-rotation", "CSI 300", "equal-weight sectors"]
    assert "holds nqp" in labels
    assert "SYNTHETIC" in axes.get_title(loc="left")
    assert axes.lines[0].get_ydata()[-1] == pytest.approx(results[0].equity.iloc[-1] / 1e6)


def test_equity_of_several_compares_and_draws_where_told(results):
    _, mine = pyplot.subplots()
    assert equity(results, mine) is mine
    assert len(mine.lines) == 4


def test_drawdown_is_the_results_own(results):
    assert drawdown(results).lines[1].get_ydata().min() == results[1].drawdown.min()
    assert drawdown(results[0]).lines[0].get_ydata().min() == results[0].drawdown.min()


def test_maps_of_a_sweep_say_that_they_are_in_sample():
    swept = sweep(
        RateRotation(),
        {"fall_bp": [5.0, 10.0, 20.0], "rate_window": [60, 120]},
        load_market("sample").until("2018-12-31"),
    )
    axes = heat_map(swept, "rate_window", "fall_bp")
    assert "in sample" in axes.get_title(loc="left")
    assert axes.images[0].get_array().shape == (2, 3)
    raster = switch_raster(swept)
    assert raster.images[0].get_array().shape == (6, len(swept.sessions))
    assert png(raster).startswith(b"\x89PNG")
