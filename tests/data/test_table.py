"""One file as a table: encodings, headers, dates and numbers as people write them."""

import numpy as np
import pandas as pd
import pytest

from backtest.data.dates import Exchange, read_dates
from backtest.data.numerals import numbers
from backtest.data.stated import Stated
from backtest.data.table import read_table
from backtest.errors import UserError

SHANGHAI, NEW_YORK, NOWHERE = (Exchange.of(name) for name in ("XSHG", "XNYS", "data"))
WEEK = pd.to_datetime(["2022-01-04", "2022-01-05", "2022-01-06", "2022-01-07", "2022-01-10"])


def written(tmp_path, content, name="prices.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, **stated):
    return read_table(path, SHANGHAI, lambda text: text in ("801780", "银行"), Stated(**stated))


def fields(table):
    return {c.role: table.values(c).tolist() for c in table.columns if c.role}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_chinese_headers_in_every_usual_encoding(tmp_path, encoding, ends):
    text = "日期,开盘,最高,最低,收盘,成交量(手),成交额(亿元)\n2024-01-02,1,3,0.5,2,7,8\n"
    table = read(written(tmp_path, text.replace("\n", ends).encode(encoding)))
    assert fields(table) == {
        "open": ["1"], "high": ["3"], "low": ["0.5"], "close": ["2"], "volume": ["7"],
        "amount": ["8"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "role"),
    [("日期Date", "date"), ("指数代码Index Code", "instrument"), ("收盘Close", "close"),
     ("今开", "open"), ("<CLOSE>", "close"), ("高", "high"), ("低", "low"), ("交易量", "volume"),
     ("收盘价:元", "close"), ("成交金额（亿元）Turnover", "amount"), ("发布日期", "released"),
     ("order_book_id", "instrument"), ("ts_code", "instrument"), ("Adj Close", ""),
     ("涨跌幅(%)", ""), ("pe_ttm", "")],
)  # fmt: skip
def test_headers_of_vendors(header, role):
    from backtest.data.headers import meaning

    assert meaning(header) == role


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d", "%Y%m%d", "%Y%m%d.0", "%Y/%-m/%-d", "%Y.%m.%d", "%Y年%-m月%-d日", "%m/%d/%Y",
     "%d/%m/%Y", "%d.%m.%Y", "%b %d, %Y", "%d-%b-%Y", "%d %B %Y", "%Y-%m-%d %H:%M:%S",
     "%Y-%m-%dT00:00:00+08:00"],
)  # fmt: skip
def test_forms_of_dates(form):
    found = read_dates(pd.Series([day.strftime(form) for day in WEEK]), SHANGHAI)
    assert found.days.tolist() == list(WEEK)
    assert found.days.dtype == "datetime64[ns]"


def test_numbers_that_are_dates():
    since_1900 = [(day - pd.Timestamp("1899-12-30")).days for day in WEEK]
    seconds = [int((day + pd.Timedelta(hours=1)).timestamp()) for day in WEEK]
    for cells in (since_1900, [f"{n}.0" for n in since_1900], seconds, [s * 1000 for s in seconds]):
        assert read_dates(pd.Series(cells), SHANGHAI).days.tolist() == list(WEEK)


@pytest.mark.parametrize("exchange", [SHANGHAI, NEW_YORK])
@pytest.mark.parametrize("hours", [0, 9.5, 15, 16])
@pytest.mark.parametrize("form", ["text", "zulu", "stamps", "seconds", "milliseconds"])
def test_moments_in_utc_are_days_of_the_exchange(exchange, hours, form):
    local = (WEEK + pd.Timedelta(hours=hours)).tz_localize(exchange.zone)
    utc = local.tz_convert("UTC")
    cells = {
        "text": [str(moment) for moment in utc],
        "zulu": [f"{moment:%Y-%m-%dT%H:%MZ}" for moment in utc],
        "stamps": list(utc),
        "seconds": [int(moment.timestamp()) for moment in utc],
        "milliseconds": [int(moment.timestamp() * 1000) for moment in utc],
    }[form]
    assert read_dates(pd.Series(cells), exchange).days.tolist() == list(WEEK)


@pytest.mark.parametrize("exchange", [SHANGHAI, NEW_YORK, NOWHERE])
def test_midnight_in_utc_of_the_right_day(exchange):
    cells = [str(day) for day in WEEK.tz_localize("UTC")]
    assert read_dates(pd.Series(cells), exchange).days.tolist() == list(WEEK)


def test_an_offset_that_leads_to_two_days_is_refused():
    evening = [str(day + pd.Timedelta(hours=3)) for day in WEEK[:3].tz_localize("UTC")]
    with pytest.raises(UserError, match=r"may mean that day or 2022-01-03 in America/New_York"):
        read_dates(pd.Series(evening), NEW_YORK)
    with pytest.raises(UserError, match="names no exchange whose time zone"):
        read_dates(pd.Series(evening), NOWHERE)


@pytest.mark.parametrize(
    ("cells", "ends"),
    [(["2024-01", "2024-02"], ["2024-01-31", "2024-02-29"]),
     (["202401", "202402"], ["2024-01-31", "2024-02-29"]),
     (["2024年01月份", "2024年12月份"], ["2024-01-31", "2024-12-31"]),
     (["Jan 2024", "Feb-2024"], ["2024-01-31", "2024-02-29"]),
     (["2024Q1", "2024Q4"], ["2024-03-31", "2024-12-31"]),
     (["2024年第1-2季度", "2024年第一季度"], ["2024-06-30", "2024-03-31"]),
     (["2023", "2024"], ["2023-12-31", "2024-12-31"])],
)  # fmt: skip
def test_labels_of_periods_are_their_last_day(cells, ends):
    found = read_dates(pd.Series(cells), SHANGHAI)
    assert found.days.tolist() == list(pd.to_datetime(ends))
    assert found.period in ("M", "Q", "Y")


@pytest.mark.parametrize("date", ["02/01/2024", "2024-13-01", "2024112", "soon", "", "0001-01-01"])
def test_other_dates_are_refused_with_their_row(tmp_path, date):
    path = written(tmp_path, f"date,close\n2024-01-02,1\n{date},1\n")
    with pytest.raises(UserError, match=r"row 2 has .* for its date.*write dates as 2024-06-28"):
        read(path)


def test_a_stated_format_reads_what_cannot_be_told(tmp_path):
    path = written(tmp_path, "date,close\n03/01/2024,1\n04/01/2024,2\n")
    with pytest.raises(UserError, match=r"day and month cannot be told apart.*--date-format"):
        read(path)
    table = read(path, date_format="%d/%m/%Y")
    assert table.dates.days.tolist() == list(pd.to_datetime(["2024-01-03", "2024-01-04"]))


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "  "])
def test_delimiters(tmp_path, delimiter):
    text = f"date{delimiter}close\n2024-01-02{delimiter}1.5\n"
    assert fields(read(written(tmp_path, text))) == {"close": ["1.5"]}


def test_an_unnamed_first_column_is_the_date_and_other_unnamed_ones_go(tmp_path):
    for text in (",801780\n2024-01-02,1\n", ",date,801780\n0,2024-01-02,1\n"):
        table = read(written(tmp_path, text))
        assert [column.header for column in table.columns] == ["801780"]
        assert table.dates.days.tolist() == [pd.Timestamp("2024-01-02")]


@pytest.mark.parametrize("above", ["", "银行\n", "Wind,\n频率,日\n", ",银行\n,801780.SI\n\n"])
def test_data_begin_where_there_is_a_date(tmp_path, above):
    table = read(written(tmp_path, above + "日期,收盘价\n2024-01-02,1\n\n2024-01-03,2\n"))
    assert fields(table) == {"close": ["1", "2"]}


def test_what_is_no_row_is_dropped_and_named(tmp_path):
    text = "日期,收盘价\n2024-01-02,1\n,\n日期,收盘价\n2024-01-03,2\n合计,3\n数据来源：Wind,\n"
    table = read(written(tmp_path, text))
    assert fields(table) == {"close": ["1", "2"]}
    assert table.dropped == ("日期 收盘价", "合计 3", "数据来源：Wind")


def test_headers_of_several_lines(tmp_path):
    lines = ["Price,Close,Open", "Ticker,801780,801780", "Date,,", "2024-01-02,2,1"]
    table = read(written(tmp_path, "\n".join(lines)))
    assert fields(table) == {"close": ["2"], "open": ["1"]}
    assert {column.instrument for column in table.columns} == {"801780"}


def test_parquet_with_dates_as_a_column_or_as_the_index(tmp_path):
    days = pd.to_datetime(["2024-01-02", "2024-01-03"])
    frame = pd.DataFrame({"close": [1.0, 2.0]}, index=days)
    for number, table in enumerate(
        [
            frame,
            frame.rename_axis("date"),
            frame.rename_axis("日期").reset_index(),
            frame.tz_localize("Asia/Shanghai").rename_axis("Date").reset_index(),
            frame.tz_localize("Asia/Shanghai").tz_convert("UTC").reset_index(),
            frame.set_axis(["20240102", "20240103"]).rename_axis("trade_date"),
        ]
    ):
        path = tmp_path / f"{number}.parquet"
        table.to_parquet(path)
        found = read(path)
        assert found.dates.days.tolist() == list(days)
        assert fields(found) == {"close": [1.0, 2.0]}


def test_a_workbook_and_feather(tmp_path):
    frame = pd.DataFrame({"日期": pd.to_datetime(["2024-01-02", "2024-01-03"]), "收盘": [1.5, 2.0]})
    with pd.ExcelWriter(tmp_path / "a.xlsx", engine="openpyxl") as book:
        frame.to_excel(book, sheet_name="行情", startrow=2, index=False)
        frame.to_excel(book, sheet_name="备注", index=False)
    frame.to_feather(tmp_path / "a.feather")
    for name in ("a.xlsx", "a.feather"):
        table = read(tmp_path / name)
        assert table.dates.days.tolist() == frame["日期"].tolist()
        assert numbers(table.cells[1])[0].tolist() == [1.5, 2.0]
    assert read(tmp_path / "a.xlsx").notes == ("only its sheet 行情 was read, not 备注",)


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("", "a.csv", "a.csv is empty; it needs a header"),
        ("date,close\n", "a.csv", "a.csv is empty; it needs a header"),
        (b"date,close\n2024-01-02,\xff\xff\n", "a.csv", "not UTF-8 or GB18030 text"),
        (b"PK\x03\x04\x00\x00", "a.csv", "no readable workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a.xls", "workbook of the old binary kind; save it as .xlsx"),
        (b"\x80\x04\x95", "a.pkl", "is a pickle, which can run any program when read"),
        (b"\x1f\x8b\x08", "a.csv", "is compressed; unpack it"),
        ("<html><table>", "a.xls", "is a web page or XML"),
        ("date,close\n2024-13-04,1\n", "a.csv", "row 1 has '2024-13-04' for its date"),
        ("when,close\nx,1\n", "a.csv", "no date column .its columns are when, close"),
        ("date,日期,close\n2024-01-02,2024-01-02,1\n", "a.csv", "two columns for date .date, 日期"),
        ("date,close,close\n2024-01-02,1,2\n", "a.csv", "two columns called close"),
        ("date,close,收盘\n2024-01-02,1,2\n", "a.csv", "two columns for close .close, 收盘"),
        ("date,close\n2024-01-02,1,2,3\n", "a.csv", "give every row the same columns"),
        ("date,close\n2024-01-02,1\n2024-01-03,1,2,3\n", "a.csv", "row 2.*give every row the"),
        ('date,close\n2024-01-02,"1\n', "a.csv", "is no table"),
        ("PAR1 but not really", "a.parquet", "no readable Parquet file"),
    ],
)
def test_unreadable_files_say_why(tmp_path, content, name, says):
    with pytest.raises(UserError, match=says):
        read(written(tmp_path, content, name))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"there is no file .*nowhere.csv; check the path"):
        read(tmp_path / "nowhere.csv")


def test_a_column_stated_to_be_something_is_it(tmp_path):
    path = written(tmp_path, "date,close,复权收盘\n2024-01-02,1,2\n")
    assert fields(read(path, columns={"close": "复权收盘"})) == {"close": ["2"]}
    with pytest.raises(UserError, match="has no column 'when'"):
        read(path, columns={"date": "when"})


def test_numbers_are_exact_and_text_is_told_from_blanks():
    values, wrong = numbers(pd.Series(["0.1", "1e-3", "-", "", "12,345", "abc", "inf", None]))
    assert values[:2].tolist() == [0.1, 0.001]
    assert values[4] == 12345.0
    assert np.isnan(values[[2, 3, 5, 6, 7]]).all()
    assert np.flatnonzero(wrong).tolist() == [5, 6]
    assert numbers(pd.Series([1, 2]))[0].tolist() == [1.0, 2.0]
    assert numbers(pd.Series([1.0, np.inf]))[1].tolist() == [False, True]


@pytest.mark.parametrize("blank", ["--", "None", "nan", "NaN", "N/A", "—", "无", "\\N"])
def test_words_for_no_number(blank):
    values, wrong = numbers(pd.Series([blank, "1"]))
    assert np.isnan(values[0])
    assert not wrong.any()


def test_numbers_of_other_habits():
    assert numbers(pd.Series(["3.541,49", "12,5"]))[0].tolist() == [3541.49, 12.5]
    assert numbers(pd.Series(["2.5%"]), percent=True)[0].tolist() == [2.5]
    worded = numbers(pd.Series(["1.5M", "2.25B", "3万", "1.2亿", "7"]), words=True)[0]
    assert worded.tolist() == [1.5e6, 2.25e9, 3e4, 1.2e8, 7.0]
    assert numbers(pd.Series(["1.5M"]))[1].tolist() == [True]
