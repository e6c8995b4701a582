"""A result as a report or a workbook: one call each, the same bytes each time."""

import pandas as pd
import pytest

from backtest import UserError, run
from strategies import EqualWeight
from tests.markets import make_market


@pytest.fixture(scope="module")
def result():
    return run(EqualWeight(), make_market(sessions=200))


def test_a_workbook_has_every_table_with_numbers_as_numbers(result, tmp_path):
    path = result.to_excel(tmp_path / "run.xlsx")
    sheets = pd.read_excel(path, sheet_name=None, engine="openpyxl")
    assert list(sheets) == [
        "summary", "equity", "weights", "orders", "halves", "months", "manifest",
    ]  # fmt: skip
    assert sheets["equity"]["equity"].iloc[-1] == pytest.approx(result.equity.iloc[-1], rel=1e-14)
    assert len(sheets["orders"]) == len(result.orders)
    figures = sheets["summary"].set_index("key")["value"]
    assert figures["sharpe"] == pytest.approx(result.summary()["sharpe"])
    assert path.read_bytes() == result.to_excel(tmp_path / "again.xlsx").read_bytes()


def test_a_report_in_one_call_in_either_language(result, tmp_path):
    page = result.report(tmp_path / "run.html", language="zh").read_text("utf-8")
    assert "夏普" in page
    assert result.report(tmp_path / "run.pdf").read_bytes().startswith(b"%PDF")


def test_a_plot_in_one_call(result):
    assert "Growth, drawdown and positions" in {text.get_text() for text in result.plot().texts}


def test_an_unknown_ending_and_a_folder_that_is_not_there(result, tmp_path):
    with pytest.raises(UserError, match=r"ends in '\.doc'"):
        result.report(tmp_path / "run.doc")
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write"):
        result.to_excel(tmp_path / "file" / "run.xlsx")
