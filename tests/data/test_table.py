"""One file as a table: encodings, headers, dates and numbers as people write them."""

import numpy as np
import pandas as pd
import pytest

from backtest.data.table import numbers, price_columns, read_table
from backtest.errors import UserError


def written(tmp_path, content, name="prices.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_headers_in_every_usual_encoding(tmp_path, encoding):
    text = "日期,开盘,最高,最低,收盘,成交量(手),成交额(亿元)\n2024-01-02,1,3,0.5,2,7,8\n"
    path = written(tmp_path, text.encode(encoding))
    table = price_columns(read_table(path), path)
    assert list(table.columns) == ["date", "open", "high", "low", "close", "volume", "amount"]
    assert table["close"].tolist() == ["2"]


@pytest.mark.parametrize(
    "date",
    ["2024-01-02", "20240102", "2024/1/2", "2024.01.02", "2024年1月2日", "2024-01-02 15:00:00",
     "2024-01-02T00:00:00+08:00", " 2024-01-02 "],
)  # fmt: skip
def test_dates_that_put_the_year_first(tmp_path, date):
    table = read_table(written(tmp_path, f"Date,Close\n{date},1\n"))
    assert table["date"].tolist() == [pd.Timestamp("2024-01-02")]
    assert table["date"].dtype == "datetime64[ns]"


@pytest.mark.parametrize("date", ["02/01/2024", "2024-13-01", "2024112", "soon", "", "0001-01-01"])
def test_other_dates_are_refused_with_their_row(tmp_path, date):
    path = written(tmp_path, f"date,close\n2024-01-02,1\n{date},1\n")
    with pytest.raises(UserError, match=r"row 2 has .* for its date.*write dates as 2024-06-28"):
        read_table(path)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_delimiters(tmp_path, delimiter):
    path = written(tmp_path, f"date{delimiter}close\n2024-01-02{delimiter}1.5\n")
    assert read_table(path)["close"].tolist() == ["1.5"]


def test_an_unnamed_first_column_is_the_date_and_other_unnamed_ones_go(tmp_path):
    path = written(tmp_path, ",801780\n2024-01-02,1\n")
    assert list(read_table(path).columns) == ["date", "801780"]
    path = written(tmp_path, ",date,801780\n0,2024-01-02,1\n")
    assert list(read_table(path).columns) == ["date", "801780"]


def test_parquet_with_dates_as_a_column_or_as_the_index(tmp_path):
    days = pd.to_datetime(["2024-01-02", "2024-01-03"])
    frame = pd.DataFrame({"close": [1.0, 2.0]}, index=days)
    for number, table in enumerate(
        [
            frame,
            frame.rename_axis("date"),
            frame.rename_axis("日期").reset_index(),
            frame.tz_localize("Asia/Shanghai").rename_axis("Date").reset_index(),
            frame.set_axis(["20240102", "20240103"]).rename_axis("trade_date"),
        ]
    ):
        path = tmp_path / f"{number}.parquet"
        table.to_parquet(path)
        read = read_table(path)
        assert read["date"].tolist() == list(days)
        assert read["close"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("", "a.csv", "a.csv is empty; it needs a header"),
        ("date,close\n", "a.csv", "a.csv is empty; it needs a header"),
        (b"\xff\xfe" + "date,close".encode("utf-16-le"), "a.csv", "save it as CSV in UTF-8"),
        (b"date,close\n2024-01-02,\xff\xff\n", "a.csv", "not UTF-8 or GB18030 text"),
        (b"PK\x03\x04\x00\x00", "a.csv", "not UTF-8 or GB18030 text"),
        ("when,close\nx,1\n", "a.csv", "no date column .its columns are when, close"),
        ("date,日期,close\n2024-01-02,2024-01-02,1\n", "a.csv", "two date columns .date and 日期"),
        ("date,close,close\n2024-01-02,1,2\n", "a.csv", "two columns called close"),
        ("date,close\n2024-01-02,1,2,3\n", "a.csv", "give every row the same columns"),
        ("date,close\n2024-01-02,1\n2024-01-03,1,2,3\n", "a.csv", "line 3.*give every row the"),
        ('date,close\n2024-01-02,"1\n', "a.csv", "is no table"),
        ("PAR1 but not really", "a.parquet", "no readable Parquet file"),
        ("date,close\n", "a.xlsx", "neither CSV nor Parquet"),
    ],
)
def test_unreadable_files_say_why(tmp_path, content, name, says):
    with pytest.raises(UserError, match=says):
        read_table(written(tmp_path, content, name))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"there is no file .*nowhere.csv; check the path"):
        read_table(tmp_path / "nowhere.csv")


def test_two_headers_for_one_thing(tmp_path):
    path = written(tmp_path, "date,close,收盘\n2024-01-02,1,2\n")
    with pytest.raises(UserError, match=r"two columns for close .close and 收盘.; remove one"):
        price_columns(read_table(path), path)


def test_numbers_are_exact_and_text_is_told_from_blanks():
    values, wrong = numbers(pd.Series(["0.1", "1e-3", "-", "", "12,345", "abc", "inf", None]))
    assert values[:2].tolist() == [0.1, 0.001]
    assert values[4] == 12345.0
    assert np.isnan(values[[2, 3, 5, 6, 7]]).all()
    assert np.flatnonzero(wrong).tolist() == [5, 6]
    assert numbers(pd.Series([1, 2]))[0].tolist() == [1.0, 2.0]
    assert numbers(pd.Series([1.0, np.inf]))[1].tolist() == [False, True]
