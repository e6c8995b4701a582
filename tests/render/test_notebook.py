"""Rendering: text stays text, figures have their shape, verdicts their dot and their word."""

import numpy as np
import pandas as pd
import pytest

from backtest.engine.run import run
from backtest.render.notebook import figure, folded, heading, page, paragraph, table, verdict
from strategies import EqualWeight
from tests.markets import make_market
from tests.markup import HOSTILE, parsed, tables_of, text_of


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("total_return", 0.5173, "+51.7%"),
        ("sharpe", 0.175, "0.17"),
        ("sharpe", np.float64("nan"), "–"),
        ("turnover", 3.73, "3.7×"),
        ("fall_bp", 5.0, "5"),
        ("year", 2024, "2024"),
        ("trials", np.int64(12345), "12,345"),
        ("open", np.bool_(True), "yes"),
        ("when", pd.Timestamp("2024-09-24"), "2024-09-24"),
        ("when", pd.NaT, "–"),
        ("what", None, "–"),
        ("what", (20, 60), "(20, 60)"),
    ],
)
def test_figures_have_the_shape_of_their_name(name, value, shown):
    assert figure(name, value) == shown


def test_a_table_shows_its_index_only_where_it_has_a_name():
    rows = pd.DataFrame({"sharpe": [0.5], "name": ["a"]}, index=["row"])
    assert tables_of(page(table(rows))) == [[["sharpe", "name"], ["0.50", "a"]]]
    named = rows.rename_axis("variant")
    assert tables_of(page(table(named)))[0][0] == ["variant", "sharpe", "name"]
    assert tables_of(page(table(rows.iloc[:0]))) == [[["sharpe", "name"]]]


def test_numbers_stand_on_the_right_and_names_on_the_left():
    rows = pd.DataFrame({"cagr": [0.1, np.nan], "range": ["-1 … +2", "–"], "name": ["3", "b"]})
    root = parsed(page(table(rows)))
    sides = [cell.get("style", "") for cell in root.iter("td")]
    assert ["right" in side for side in sides] == [True, True, False] * 2


def test_two_columns_of_one_name_are_both_shown():
    rows = pd.DataFrame([[1, 2]], columns=["x", "x"])
    assert tables_of(page(table(rows))) == [[["x", "x"], ["1", "2"]]]


def test_a_verdict_is_colored_and_said():
    rows = pd.DataFrame({"verdict": ["held", "failed", "cannot tell"], "of": ["held", "x", "y"]})
    root = parsed(page(table(rows)))
    dots = [span.get("style") for span in root.iter("span")]
    assert len(set(dots)) == len(dots) == 3
    assert [row[0].split(" ", 1)[1] for row in tables_of(page(table(rows)))[0][1:]] == [
        "held",
        "failed",
        "cannot tell",
    ]
    assert "luck. no skill" in text_of(page(verdict("luck", "no skill")))


def test_hostile_text_is_shown_and_never_obeyed():
    rows = pd.DataFrame({HOSTILE: [HOSTILE]}, index=pd.Index([HOSTILE], name=HOSTILE))
    html = page(
        heading(HOSTILE), paragraph(HOSTILE), verdict(HOSTILE, HOSTILE), table(rows)
    ) + folded(HOSTILE, "")
    assert "<script" not in html
    assert text_of(page(html)).count(HOSTILE) == 9


@pytest.fixture(scope="module")
def result():
    return run(EqualWeight(), make_market(sessions=60, name=HOSTILE))


def test_a_result_shows_itself_beside_its_benchmarks(result):
    (rows,) = tables_of(result._repr_html_())
    assert rows[0] == ["figure", "equal-weight", "Benchmark", "equal-weight sectors"]
    shown = {row[0]: row[1:] for row in rows[1:]}
    assert set(shown) == set(result.summary())
    assert shown["sharpe"][0] == f"{result.summary()['sharpe']:.2f}"
    assert shown["turnover"][1:] == ["–", "–"]


def test_a_result_says_what_it_rests_on(result):
    text = text_of(result._repr_html_())
    assert f"equal-weight on {HOSTILE} (synthetic data, 2020-01-01 … 2020-03-24)" in text
    assert "CNY, filled at the next open; costs: etf; data: test-0" in text
    assert all(warning in text for warning in result.warnings)
    assert "<script" not in result._repr_html_()
