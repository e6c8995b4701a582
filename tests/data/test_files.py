"""Files of prices and series: every layout, and whom the instruments are taken for."""

import pandas as pd
import pytest

from backtest.data.names import matcher
from backtest.data.price_files import Reader
from backtest.data.series_files import read_series
from backtest.data.stated import Stated
from backtest.errors import UserError
from backtest.market.universe import load_universe, parse_universe


@pytest.fixture
def small(universe_file):
    return load_universe(universe_file)


def closes(reading):
    return {name: rows["close"].tolist() for name, rows in reading.frame.groupby("instrument")}


EXPECTED = {"512480.SS": [1.0, 1.02, 1.01, 1.03], "801780": [10.0, 10.5, 10.2, 10.8]}


def test_a_folder_of_files(prices_folder, small):
    seen = []
    reading = Reader.of(small).prices(
        prices_folder, progress=lambda done, total: seen.append((done, total))
    )
    assert closes(reading) == EXPECTED
    assert reading.findings == ()
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("layout", ["long", "wide", "folder"])
def test_every_layout_in_both_formats_reads_the_same(tmp_path, small, suffix, layout):
    days = pd.to_datetime(["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"])
    wide = pd.DataFrame({"日期": days, "801780.SI": EXPECTED["801780"]}).assign(
        **{"512480": EXPECTED["512480.SS"]}
    )
    long = wide.melt("日期", var_name="代码", value_name="收盘")
    if layout == "folder":
        target = tmp_path / "folder"
        target.mkdir()
        frames = {
            f"folder/{name}": rows.drop(columns="代码") for name, rows in long.groupby("代码")
        }
    else:
        target = tmp_path / f"prices.{suffix}"
        frames = {"prices": long if layout == "long" else wide}
    for name, frame in frames.items():
        path = tmp_path / f"{name}.{suffix}"
        frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path, index=False)
    assert closes(Reader.of(small).prices(target)) == EXPECTED


def test_one_file_of_one_instrument(prices_folder, small):
    assert closes(Reader.of(small).prices(prices_folder / "801780.csv")) == {
        "801780": EXPECTED["801780"]
    }
    (prices_folder / "801780.csv").rename(prices_folder / "mine.csv")
    with pytest.raises(UserError, match="no instrument of universe small is called mine"):
        Reader.of(small).prices(prices_folder / "mine.csv")


def test_wide_blanks_are_no_prices(tmp_path, small):
    path = tmp_path / "wide.csv"
    path.write_text("date,801780,512480\n2024-01-02,10,\n2024-01-03,11,1\n", encoding="utf-8")
    reading = Reader.of(small).prices(path)
    assert reading.frame.dropna(subset="close")["instrument"].tolist() == [
        "801780",
        "801780",
        "512480.SS",
    ]


def test_unknown_instruments_are_told_and_left_out(prices_folder, small):
    (prices_folder / "names.csv").write_text("not even,a price file\n1,2\n", encoding="utf-8")
    (prices_folder / "readme.md").write_text("no data", encoding="utf-8")
    reading = Reader.of(small).prices(prices_folder)
    (finding,) = reading.findings
    assert (finding.severity, finding.kind, finding.instrument) == (
        "warning",
        "unknown_instrument",
        "names",
    )
    assert closes(reading) == EXPECTED


def test_nothing_known_is_an_error_that_names_what_is_there(prices_folder, small):
    for number, path in enumerate(sorted(prices_folder.iterdir())):
        path.rename(prices_folder / f"AAPL{number}.csv")
    with pytest.raises(UserError, match=r"no overlap: it holds AAPL0, AAPL1; name .*as 801780"):
        Reader.of(small).prices(prices_folder)


def test_two_files_of_one_instrument(prices_folder, small):
    (prices_folder / "801780.SI.csv").write_bytes((prices_folder / "801780.csv").read_bytes())
    with pytest.raises(UserError, match=r"801780.SI.csv and .*801780.csv hold 801780; remove one"):
        Reader.of(small).prices(prices_folder)


def test_an_empty_folder(tmp_path, small):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="has no CSV, Excel or Parquet file"):
        Reader.of(small).prices(tmp_path / "empty")


def _lonely():
    return (
        'name="a"\ncurrency="CNY"\ncalendar="XSHG"\nsessions_per_year=242\nbenchmark="A"\n'
        '[[instruments]]\nid="A"\nkind="index"\nsector="banks"\n'
    )


def test_a_bond_is_found_by_its_file_name_or_is_the_first(tmp_path):
    universe = load_universe("cn-etf")
    for name, expected in (("511010", "511010.SS"), ("bonds", "511260.SS")):
        path = tmp_path / f"{name}.csv"
        path.write_text("date,close\n2024-01-02,100\n", encoding="utf-8")
        assert set(Reader.of(universe).bond(path).frame["instrument"]) == {expected}
    with pytest.raises(UserError, match="names no bond; leave out --bond"):
        Reader.of(parse_universe(_lonely())).bond(path)


def test_names_that_could_mean_two_instruments_mean_none():
    match = matcher(load_universe("cn-etf"))
    assert match("512480") == "512480.SS"
    assert match("512480.SH") == "512480.SS"
    assert match("512480.SZ") is None
    assert match("芯片") is None


def test_series_wide_and_tidy_from_several_files(tmp_path, small):
    first, second = tmp_path / "rates.csv", tmp_path / "macro.csv"
    first.write_text("日期,cn10y,US10Y\n2024-01-02,2.5,\n2024-01-03,2.6,4.0\n", encoding="utf-8")
    second.write_text("series,date,value\npmi,2024-01-31,50.1\n", encoding="utf-8")
    read = read_series((first, second), small, Stated()).frame[["series", "date", "value"]].dropna()
    assert list(read.itertuples(index=False, name=None)) == [
        ("cn10y", pd.Timestamp("2024-01-02"), 2.5),
        ("cn10y", pd.Timestamp("2024-01-03"), 2.6),
        ("US10Y", pd.Timestamp("2024-01-03"), 4.0),
        ("pmi", pd.Timestamp("2024-01-31"), 50.1),
    ]
    with pytest.raises(UserError, match=r"both .*macro.csv and .*macro.csv hold pmi"):
        read_series((second, second), small, Stated())


def test_no_series_at_all(small):
    assert read_series((), small, Stated()).frame.empty
    assert read_series((), small, Stated()).findings == ()


def test_a_long_file_serves_as_benchmark_where_it_holds_it(tmp_path, small):
    path = tmp_path / "indices.csv"
    rows = ["2024-01-02,000300,3000", "2024-01-02,000905,5000"]
    path.write_text("\n".join(["date,code,close", *rows]), encoding="utf-8")
    assert Reader.of(small).benchmark(path).frame["close"].tolist() == [3000]
    path.write_text("\n".join(["date,code,close", rows[1], "2024-01-02,000852,6000"]))
    with pytest.raises(UserError, match=r"holds several instruments, and none is 000300.SH"):
        Reader.of(small).benchmark(path)
    path.write_text("date,anything\n2024-01-02,3000\n", encoding="utf-8")
    assert Reader.of(small).benchmark(path).frame["close"].tolist() == [3000]


def test_one_file_that_names_an_instrument_twice_or_none(tmp_path, small):
    path = tmp_path / "wide.csv"
    path.write_text("date,801780,801780.SI\n2024-01-02,1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"both 801780 and 801780.SI mean 801780"):
        Reader.of(small).prices(path)
    path.write_text("date\n2024-01-02\n", encoding="utf-8")
    with pytest.raises(UserError, match="has no column besides its dates; add one per instrument"):
        Reader.of(small).prices(path)
