"""Pages on a terminal: at any width no number is cut and no word of a head is broken."""

import re

import pandas as pd
import pytest

from backtest.render.terminal import show
from backtest.views.page import Page, Section, Table
from backtest.views.pages import VIEWS, page_of

WIDE = pd.DataFrame(
    {
        "total return": ["+1,234.5%", "-12.3%"],
        "maximum drawdown": ["-45.6%", "-7.8%"],
        "information ratio": ["0.12", "-3.45"],
        "what it is": ["a strategy that says much of itself", "words"],
        "turnover a year": ["12.3×", "0.1×"],
    },
    index=["export-chain-rotation", "sector average"],
)


def printed(table, width, monkeypatch, capsys, language="en"):
    monkeypatch.setenv("COLUMNS", str(width))
    show(Page("t", language, sections=(Section("s", "S", tables=(table,)),)))
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [24, 40, 60, 80, 200])
def test_no_number_is_cut_and_no_word_of_a_head_is_broken(width, monkeypatch, capsys):
    table = Table("", WIDE, left=("what it is",), head="strategy")
    out = printed(table, width, monkeypatch, capsys)
    assert max(map(len, out.splitlines())) <= width
    words = re.split(r"\s+", out)
    numbers = WIDE.drop(columns="what it is").to_numpy().ravel()
    assert set(numbers) <= set(words)
    assert {word for head in WIDE.columns for word in head.split()} <= set(words)


def test_a_narrow_screen_leaves_out_the_columns_it_can_do_without_and_says_so(monkeypatch, capsys):
    table = Table("", WIDE, left=("what it is",), drop=("what it is", "information ratio"))
    assert "not shown" not in printed(table, 200, monkeypatch, capsys)
    out = printed(table, 72, monkeypatch, capsys)
    assert "not shown at this width: what it is" in out
    assert "-3.45" in out
    assert "此宽度下未显示" in printed(table, 72, monkeypatch, capsys, language="zh")


def test_every_kind_of_value_that_has_a_page_is_made_by_a_view():
    from importlib import import_module

    for place in VIEWS.values():
        module, name = place.split(":")
        assert callable(getattr(import_module(f"backtest.views.{module}"), name))


def test_what_has_no_page_is_an_error():
    with pytest.raises(TypeError, match="there is no page of a float"):
        page_of(1.0)
