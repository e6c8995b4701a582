"""Every value's charts draw what the value says; one picture for terminal, notebook and report."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest import load_market, run_many
from backtest.composite import composite
from backtest.composite.back_to_data import back_to_data
from backtest.errors import UserError
from backtest.evidence.composite_sensitivity import OUTCOMES, CompositeSensitivity
from backtest.render.plots import plot
from backtest.tuning.sweep import sweep
from backtest.views.charts import Line, Lines
from backtest.views.index_sensitivity import sensitivity_charts
from backtest.views.pages import page_of, pictured
from backtest.views.words import Words
from strategies import EqualWeight, RateRotation, ThesisRotation


@pytest.fixture(scope="module")
def results():
    return run_many([ThesisRotation(), EqualWeight()], load_market("sample").until("2017-12-29"))


@pytest.fixture(scope="module")
def found():
    return composite(load_market("sample"), "observable")


def charts(value):
    return {chart.id: chart for chart in pictured(value).charts}


def test_a_result_draws_itself_in_a_notebook(results):
    picture = results[0].plot()
    growth, fall, _ = charts(results[0])["equity"].panels
    assert growth.lines[0].values.iloc[-1] == pytest.approx(results[0].equity.iloc[-1] / 1e6)
    assert fall.lines[0].values.min() == results[0].drawdown.min()
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert any("SYNTHETIC DATA" in text.get_text() for text in picture.texts)


def test_several_results_are_drawn_in_one_picture(results):
    panel = charts(results)["equity"].panels[0]
    names = {line.name for line in panel.lines}
    assert names == {"thesis-rotation", "equal-weight", "CSI 300", "sector average"}
    with pytest.raises(UserError, match="there is no chart 'equty' of it; did you mean 'equity'"):
        plot(results, "equty")


def test_a_sweep_has_its_map_upward_and_the_share_of_variants():
    space = {"fall_bp": [5.0, 10.0, 20.0], "rate_window": [60, 120]}
    swept = sweep(RateRotation(), space, load_market("sample").until("2018-12-31"))
    drawn = charts(swept)
    (grid,) = drawn["map"].panels
    assert list(grid.cells.index) == ["20", "10", "5"]
    assert grid.cells.iat[grid.mark] == swept.trials["sharpe"].max()
    (shares,) = drawn["held"].panels
    np.testing.assert_allclose(sum(line.values for line in shares.stack), 1.0)
    assert "In sample" in drawn["map"].alt


def test_areas_stand_on_one_another_up_and_down():
    days = pd.bdate_range("2024-01-01", periods=2)
    stack = tuple(
        Line(name, pd.Series(values, days), "#000000")
        for name, values in (("a", [1.0, -1.0]), ("b", [2.0, 3.0]), ("c", [-4.0, -5.0]))
    )
    areas = Lines("", (), "number", stack=stack).areas
    assert [(line.name, list(part), list(at)) for line, part, at in areas] == [
        ("a", [1.0, 0.0], [0.0, 0.0]),
        ("b", [2.0, 3.0], [1.0, 0.0]),
        ("c", [0.0, 0.0], [3.0, 3.0]),
        ("a", [0.0, -1.0], [0.0, 0.0]),
        ("c", [-4.0, -5.0], [0.0, -1.0]),
    ]


def test_level_and_linked_index_are_drawn_and_members_marked_on_the_level(found):
    lines = {line.name: line.values for line in charts(found)["index"].panels[0].lines}
    pd.testing.assert_series_equal(lines["level of the day's members"], found.unlinked["all"])
    pd.testing.assert_series_equal(lines["linked index, for changes"], found.index)
    marks = lines["an indicator enters or leaves"]
    assert len(marks) == 3
    assert list(marks) == list(found.unlinked["all"].reindex(marks.index))
    assert set(lines["50: own past"]) == {50.0}
    assert pictured(found).origin.startswith("SYNTHETIC DATA")
    least = charts(found)["coverage"].panels[0].lines[-1]
    assert set(least.values) == {found.framework.min_coverage}


@pytest.mark.parametrize(
    ("method", "lines"), [("rank", ["50: median of own past"]), ("min-max", []), ("distance", [])]
)
def test_50_is_marked_only_where_it_is_the_past(found, method, lines):
    other = replace(found, framework=replace(found.framework, normalization=method))
    drawn = [line.name for line in charts(other)["index"].panels[0].lines]
    assert [name for name in drawn if name.startswith("50")] == lines


def test_pillars_add_up_to_the_linked_index_and_bars_to_its_change(found):
    (panel,) = charts(found)["pillars"].panels
    known = found.index.dropna()
    np.testing.assert_allclose(panel.lines[0].values, known - known.iloc[0], atol=1e-9)
    np.testing.assert_allclose(
        sum(line.values for line in panel.stack), known - known.iloc[0], atol=1e-9
    )
    table = back_to_data(found, found.market.sessions[-61], found.market.sessions[-1])
    (bars,) = charts(found)["contributions"].panels
    np.testing.assert_allclose(bars.values.sum(axis=1), table["points"])
    assert list(bars.values.index) == list(table.index)


def test_an_index_that_is_never_known_has_its_coverage_alone(found):
    nothing = replace(
        found,
        index=found.index * np.nan,
        contributions=found.contributions * 0.0,
        changes=found.changes.iloc[:0],
    )
    assert [chart.id for chart in page_of(nothing).charts] == ["coverage"]


def test_sensitivity_has_intervals_and_verdicts(found):
    table = pd.DataFrame(
        {
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
        indices=pd.concat([table.assign(outcome=name) for name in OUTCOMES]),
        ranges=pd.DataFrame(),
    )
    (panel,) = sensitivity_charts(varied, Words())[-1].panels
    assert list(panel.rows.index) == ["weighting (matters)", "delay (hardly matters)"]
    assert list(panel.rows["value"]) == [0.9, 0.02]
    assert list(panel.dots["value"]) == [0.6, 0.0]
    assert list(panel.rows["high"]) == pytest.approx([1.0, 0.03])
