"""The static twin: the same charts with matplotlib, Chinese where there is a font, never a box."""

import warnings
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.figure import Figure

from backtest import run
from backtest.render.plots import fonts
from backtest.render.plots.chart import chart_figure, chart_png
from backtest.render.plots.pages import to_pdf
from backtest.views.charts import (
    Bars,
    Chart,
    Counts,
    Grid,
    Line,
    Lines,
    Paths,
    Raster,
    Strips,
    Whiskers,
)
from backtest.views.page import Page, Section, Table
from backtest.views.run_report import run_report
from strategies import RateRotation
from tests.markets import make_market
from tests.pictures import differs

DAYS = pd.bdate_range("2024-01-01", periods=4)
NAMES = pd.Series(["a", "a", None, "b"], DAYS)
TABLE = pd.DataFrame({"x": [1.0, -2.0], "y": [0.5, 0.25]}, index=["one", "$two_"])
PANELS = {
    "lines": Lines(
        "t", (Line("a", pd.Series([1.0, 2, 3, 4], DAYS), "#000000"),), "growth", log=True
    ),
    "band": Lines(
        "t",
        (
            Line("low", pd.Series([1.0, 0.9, 0.8, 0.7], DAYS), "#333333"),
            Line("high", pd.Series([1.0, 1.2, 1.5, 1.9], DAYS), "#333333", filled="down"),
        ),
        "growth",
    ),
    "paths": Paths(
        "t",
        {"one": ((99.0, 98.0), (101.0, 102.0))},
        {"one": "#0072B2"},
        ("one",),
        ("across", "up"),
        100.0,
        ("leading", "weakening", "lagging", "improving"),
        (1.15, 2.3),
    ),
    "strips": Strips(
        "t",
        {"row": NAMES, "computer, electronics, telecom: 3-session turnover": NAMES},
        {"a": "#000000", "b": "#111111"},
    ),
    "raster": Raster("t", pd.DataFrame([[0.0, 0.1, 0.2, 0.3]], ["row"], DAYS), 0.3),
    "grid": Grid("t", TABLE, "percent", mark=(0, 1)),
    "bars": Bars("t", TABLE, ("#000000", "#111111"), "percent"),
    "stacked": Bars("t", TABLE, ("#000000", "#111111"), "points", horizontal=True, stacked=True),
    "counts": Counts("t", pd.Series([1, 2], index=[0.0, 1.0]), {"here": 0.5}, "ratio"),
    "whiskers": Whiskers(
        "t",
        pd.DataFrame({"value": [1.0], "low": [0.0], "high": [2.0], "color": ["#000000"]}, ["c"]),
        "points",
    ),
}


@pytest.fixture(scope="module")
def page():
    market = make_market(sessions=300)
    return run_report(run(RateRotation(), market), market=market, language="zh")


@pytest.fixture(scope="module")
def short(page):
    """Its first sections: every kind of text, a chart over time, a grid and tables."""
    return replace(page, sections=page.sections[:5])


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_is_drawn_the_same_each_time(name):
    chart = Chart("c", "Title", "What it shows.", (PANELS[name],))
    figure = chart_figure(chart)
    (axes,) = figure.axes
    assert axes.lines or axes.patches or axes.collections or axes.images
    assert chart_png(chart).startswith(b"\x89PNG")
    assert differs(figure, name) < 1.0


def test_a_picture_that_changed_would_be_seen():
    panel = Lines("t", (Line("a", pd.Series([4.0, 3, 2, 1], DAYS), "#000000"),), "growth", log=True)
    assert differs(chart_figure(Chart("c", "Title", "What it shows.", (panel,))), "lines") > 1.0


def test_rows_are_named_from_the_top_and_a_dollar_is_a_dollar():
    (axes,) = chart_figure(Chart("c", "", "", (PANELS["stacked"],))).axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["one", "$two_"]
    assert axes.get_ylim() == (1.5, -0.5)


def test_names_and_heads_of_a_grid_have_room_and_a_picture_alone_says_what_it_rests_on():
    halves = [f"20{year}H{half}" for year in range(14, 26) for half in (1, 2)]
    table = pd.DataFrame(0.01, index=["breakthrough-overlay", "b"], columns=halves)
    chart = Chart("c", "", "", (Grid("", table, "signed percent"),))
    figure = chart_figure(chart, "SYNTHETIC DATA · sample")
    (axes,) = figure.axes
    figure.draw_without_rendering()
    named = axes.get_yticklabels()[0].get_window_extent()
    assert named.x0 > 0
    heads = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert len(heads) > 6
    assert all(before.x1 < after.x0 for before, after in pairwise(heads))
    assert "SYNTHETIC DATA · sample" in [text.get_text() for text in figure.texts]
    assert chart_png(chart, "SYNTHETIC DATA") != chart_png(chart)


def test_a_long_label_takes_two_lines_and_those_cut_alike_are_cut_inside():
    rows = {f"computer, electronics, telecom: 3-session {what}": NAMES for what in ("rise", "fall")}
    panel = Strips("t", rows, {"a": "#000000", "b": "#111111"})
    (axes,) = chart_figure(Chart("c", "", "", (panel,))).axes
    texts = [tick.get_text() for tick in axes.get_yticklabels()]
    assert texts[0] == "computer, electronics,\ntelecom: 3-session rise"
    frame = pd.DataFrame({"value": 1.0, "low": 0.5, "high": 2.0, "color": "#000000"}, list(rows))
    (axes,) = chart_figure(Chart("c", "", "", (Whiskers("", frame, "points"),))).axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        "computer, el…-session rise",
        "computer, el…-session fall",
    ]


def test_a_cell_that_is_too_long_for_a_pdf_is_broken_and_not_cut(monkeypatch):
    written, text = [], Figure.text
    monkeypatch.setattr(
        Figure, "text", lambda self, x, y, s, **how: written.append(s) or text(self, x, y, s, **how)
    )
    cells = pd.DataFrame({"long": ["a" * 400], "words": ["one two " * 40], "short": ["b c"]}, ["r"])
    to_pdf(Page("", "en", sections=(Section("s", "", tables=(Table("", cells),)),)))
    pieces = [one for one in written if set(one) == {"a"}]
    assert len(pieces) > 1
    assert "".join(pieces) == "a" * 400
    assert (
        " ".join(one for one in written if set(one) <= set("one tw")).split() == ["one", "two"] * 40
    )
    assert "b c" in written


def test_a_pdf_is_the_same_each_time_and_tells_no_date(short):
    content = to_pdf(short)
    assert content.startswith(b"%PDF")
    assert content == to_pdf(short)
    assert b"CreationDate" not in content


def test_the_chinese_font_is_the_first_known_one():
    assert fonts.chinese_font(["Arial", "WenQuanYi Zen Hei", "Noto Sans CJK SC"]) == (
        "Noto Sans CJK SC"
    )
    assert fonts.chinese_font([]) is None


@pytest.mark.skipif(fonts.chinese_font() is None, reason="no font with Chinese characters here")
def test_chinese_is_drawn_in_chinese(page):
    chart = page.charts[0]
    texts = [text.get_text() for text in chart_figure(chart).texts]
    assert any("净值" in text for text in texts)
    assert chart_png(chart).startswith(b"\x89PNG")  # a missing glyph would warn, and so fail


def test_without_a_font_there_is_a_warning_and_no_box(page, short, monkeypatch):
    monkeypatch.setattr(fonts, "chinese_font", lambda installed=None: None)
    fonts._warn_once.cache_clear()
    with pytest.warns(UserWarning, match="no font with Chinese characters is installed"):
        figure = chart_figure(page.charts[0])
    assert not any("净" in text.get_text() for text in figure.texts)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert chart_png(page.charts[0]).startswith(b"\x89PNG")
        assert to_pdf(short).startswith(b"%PDF")
