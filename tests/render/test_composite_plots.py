"""Plots of the index return their Axes and draw what the values say."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from backtest import load_market
from backtest.composite import composite
from backtest.composite.back_to_data import back_to_data
from backtest.evidence.composite_sensitivity import CompositeSensitivity

mpl.use("Agg")

from backtest.render.plots import (
    composite_index,
    contribution_bars,
    coverage,
    pillar_areas,
    png,
    sobol_bars,
)
from backtest.render.plots.style import pyplot


@pytest.fixture(scope="module")
def found():
    return composite(load_market("sample"), "observable")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def labelled(axes):
    return {line.get_label(): line for line in axes.lines}


def test_level_and_chained_index_are_drawn_and_members_marked_on_the_level(found):
    axes = composite_index(found)
    lines = labelled(axes)
    level = lines["level of the day's members"]
    np.testing.assert_array_equal(level.get_ydata(), found.unlinked["all"])
    np.testing.assert_array_equal(lines["chained, for moves"].get_ydata(), found.index)
    marks = lines["one enters or leaves"]
    assert len(marks.get_xdata()) == 3
    np.testing.assert_array_equal(
        marks.get_ydata(), found.unlinked["all"].reindex(marks.get_xdata())
    )
    assert list(lines["50: own past"].get_ydata()) == [50.0, 50.0]
    assert "SYNTHETIC" in axes.get_title(loc="left")


@pytest.mark.parametrize(
    ("method", "line", "scale"),
    [
        ("rank", "50: median of own past", "percentiles"),
        ("min-max", None, "0 is the worst"),
        ("distance", None, "100 is the best"),
    ],
)
def test_50_is_marked_only_where_it_is_the_past(found, method, line, scale):
    other = replace(found, framework=replace(found.framework, normalization=method))
    axes = composite_index(other)
    assert [label for label in labelled(axes) if label.startswith("50")] == [line] * bool(line)
    assert scale in axes.get_title(loc="left")


def test_the_legend_is_no_wider_than_the_picture(found):
    axes = composite_index(found)
    axes.figure.canvas.draw()
    box = axes.get_legend().get_window_extent()
    assert 0 <= box.x0 < box.x1 <= axes.figure.bbox.width
    assert axes.get_window_extent().width > 0.85 * axes.figure.bbox.width


def test_pillar_areas_add_up_to_the_chained_index(found):
    axes = pillar_areas(found)
    total = labelled(axes)["change of the chained index"].get_ydata()
    known = found.index.dropna()
    np.testing.assert_allclose(total, known - known.iloc[0], atol=1e-9)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    pillars = ["potential", "supply", "demand", "distribution"]
    assert labels == [*pillars, "change of the chained index"]


def test_contribution_bars_are_the_points(found):
    axes = contribution_bars(found, "2024-01-02", "2024-09-30")
    table = back_to_data(found, "2024-01-02", "2024-09-30")
    drawn = [bar.get_width() for bar in axes.patches]
    np.testing.assert_allclose(drawn, table["points"])
    assert [tick.get_text() for tick in axes.get_yticklabels()] == list(table.index)


def test_coverage_shows_the_least(found):
    axes = coverage(found)
    assert axes.lines[-1].get_ydata()[0] == found.framework.min_coverage
    np.testing.assert_array_equal(axes.lines[-2].get_ydata(), found.coverage["all"])


def test_a_long_title_is_cut_before_what_says_synthetic(found):
    framework = replace(found.framework, title="新质 $x^{ <b> " + "word " * 60)
    axes = composite_index(replace(found, framework=framework))
    text = axes.get_title(loc="left")
    assert max(map(len, text.splitlines())) < 100
    assert text.endswith("(SYNTHETIC DATA)")


def test_an_index_that_is_never_known_is_still_a_picture(found):
    nothing = replace(
        found,
        index=found.index * np.nan,
        contributions=found.contributions * 0.0,
        changes=found.changes.iloc[:0],
    )
    for draw in (composite_index, pillar_areas, coverage):
        assert png(draw(nothing)).startswith(b"\x89PNG")
    assert png(contribution_bars(nothing, "2024-01-02", "2024-09-30")).startswith(b"\x89PNG")


def test_sobol_bars_have_intervals_and_verdicts(found):
    table = pd.DataFrame(
        {
            "outcome": ["profit"] * 2,
            "factor": ["weighting", "delay"],
            "first": [0.6, 0.0],
            "first_half": [0.1, 0.01],
            "total": [0.9, 0.02],
            "total_half": [0.1, 0.01],
            "verdict": ["matters", "hardly matters"],
        }
    )
    varied = CompositeSensitivity(
        framework=found.framework,
        strategy="composite-switch",
        market="sample",
        synthetic=True,
        window=(found.market.sessions[0], found.market.sessions[-1]),
        factors={"weighting": ("equal", "std"), "delay": (0, 5)},
        rows=16,
        variants=table,
        indices=table,
        ranges=table,
    )
    axes = sobol_bars(varied, "profit")
    assert sorted(bar.get_width() for bar in axes.patches) == [0.0, 0.02, 0.6, 0.9]
    assert "in sample" in axes.get_title(loc="left")
    assert "hardly matters" in axes.get_yticklabels()[1].get_text()
