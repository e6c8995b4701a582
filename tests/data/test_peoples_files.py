"""Files that were refused although readable, and what is said of them."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from backtest import load_market
from backtest.cli.commands import app
from tests.data.peoples import (
    BANKS,
    CHIPS,
    DAYS,
    bars,
    put,
    wide,
)

# Refused although readable: headers, codes, layouts.


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("{rows}", "utf-8"), ("Wind,\n频率,日\n指标名称,银行\n{rows}", "utf-8-sig"),
     (",银行\n,801780.SI\n日期,收盘价\nDate,close\n{rows}", "gb18030"),
     ("交易时间,收盘价\n{rows}", "utf-8"), ("Price,Close\nTicker,801780\nDate,\n{rows}", "utf-8"),
     ("<DATE>,<CLOSE>\n{rows}", "utf-8"), ("日期Date,收盘Close\n{rows}", "utf-8"),
     ("申万行业指数行情\n导出：20240105\n\n日期,收盘价(元)\n{rows},\n来源：终端,\n", "gbk")],
)  # fmt: skip
def test_exports_of_terminals(nqp, tmp_path, text, encoding):
    rows = "\n".join(f'{day:%Y-%m-%d},"{value:,.2f}"' for day, value in (BANKS * 30).items())
    folder = put(tmp_path / "f" / "801780.csv", text.format(rows=rows), encoding).parent
    nqp(folder)
    market = load_market("m")
    assert market.close["801780"].tolist() == (BANKS * 30).round(2).tolist()


LINES = {
    "a site in English": (
        '"Date","Price","Open","High","Low","Vol.","Change %"',
        '"{d:%b %d, %Y}","{c:,.2f}","{o:,.2f}","{h:,.2f}","{l:,.2f}","1.2M","0.5%"',
    ),
    "its dates": ('"Date","Price","Open","High","Low","Vol."', "{d:%m/%d/%Y},{c},{o},{h},{l},-"),
    "numbered": ("timestamp,1. open,2. high,3. low,4. close", "{d:%Y-%m-%d},{o},{h},{l},{c}"),
    "dollars": ("Date,Close/Last,Open,High,Low", "{d:%m/%d/%Y},${c},${o},${h},${l}"),
    "angles": (
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>",
        "801780,D,{d:%Y%m%d},000000,{o},{h},{l},{c}",
    ),
    "a terminal": (
        "801780 银行 日线\n      日期\t    开盘\t    最高\t    最低\t    收盘",
        "{d:%Y/%m/%d}\t{o}\t{h}\t{l}\t{c}",
    ),
    "formulas": ("代码,日期,今开,高,低,收盘", '="801780",{d:%Y-%m-%d},{o},{h},{l},{c}'),
    "all formulas": (
        '="日期",="開盤價",="最高價",="最低價",="收盤價"',
        '="{d:%Y-%m-%d}",="{o}",="{h}",="{l}",="{c}"',
    ),
    "a hint": ("sep=;\nDate;Open;High;Low;Close*", "{d:%d.%m.%Y};{o};{h};{l};{c}"),
    "comments": ("# made by hand\ndate,open,high,low,close", "{d:%Y-%m-%d},{o},{h},{l},{c}"),
}


@pytest.mark.parametrize("case", LINES)
@pytest.mark.parametrize("alone", [True, False])
def test_files_of_sites_and_tools(nqp, tmp_path, case, alone):
    head, line = LINES[case]
    prices = bars(BANKS[:40]).round(2)
    rows = [
        line.format(d=day, o=row.open, h=row.high, l=row.low, c=row.close)
        for day, row in prices.iterrows()
    ]
    path = put(tmp_path / "f" / "801780.csv", "\n".join([head, *rows, "数据来源：终端"]))
    nqp(path if alone else path.parent)
    market = load_market("m")
    assert market.close["801780"].tolist() == prices["close"].tolist()
    assert market.open["801780"].tolist() == prices["open"].tolist()


def test_dividends_are_named_or_reinvested_as_said(nqp, tmp_path):
    text = "date,close,dividends\n2024-01-02,10,0\n2024-01-03,9,1\n2024-01-04,9,0\n"
    path = put(tmp_path / "801780.csv", text)
    (finding,) = nqp(path)
    assert finding["message"] == "801780.csv has columns that are not used: dividends"
    assert load_market("m").close["801780"].tolist() == [10.0, 9.0, 9.0]
    assert nqp(path, "--as", "dividend=dividends") == []
    assert load_market("m").close["801780"].tolist() == pytest.approx([10.0, 10.0, 10.0])


def test_rows_of_another_instrument_are_named(nqp, tmp_path):
    held = (("801780", BANKS[:30]), ("801080", CHIPS[:5]))
    lines = [f"{day:%Y-%m-%d},{code},{value}\n" for code, p in held for day, value in p.items()]
    path = put(tmp_path / "f" / "801780.csv", "date,code,close\n" + "".join(lines))
    (finding,) = nqp(path.parent)
    assert (finding["kind"], "801080" in finding["message"]) == ("other_instruments", True)
    assert load_market("m").close["801780"].tolist() == BANKS[:30].tolist()


def test_pickles_are_refused_in_a_folder_too(nqp, tmp_path):
    (tmp_path / "f").mkdir()
    bars(BANKS[:5]).to_pickle(tmp_path / "f" / "801780.pkl")
    assert "is a pickle, which can run any program when read" in nqp(tmp_path / "f", fails=True)


@pytest.mark.parametrize(
    "name",
    ["801780", "801780.SI", "801780.XSHG", "sh801780", "SH.801780", "801780.INDX", "SHSE.801780",
     "银行", "银行(申万)", "申万银行", "银行行业指数", "801780_银行", "801780 银行", "sw801780"],
)  # fmt: skip
def test_dialects_of_codes(nqp, tmp_path, name):
    nqp(wide(tmp_path / "p.csv", DAYS[:30], **{name: BANKS[:30]}))
    assert load_market("m").instruments == ("801780",)
    folder = wide(put(tmp_path / "f" / "x", "").parent / f"{name}.csv", DAYS[:30], close=BANKS[:30])
    nqp(folder.parent)


@pytest.mark.parametrize("suffix", ["parquet", "feather", "xlsx"])
@pytest.mark.parametrize("layout", ["two levels", "no names", "columns", "long", "fields"])
def test_layouts_in_binary_formats(nqp, tmp_path, suffix, layout):
    both = pd.DataFrame({"801780": BANKS[:40], "801080": CHIPS[:40]})
    tall = both.stack().rename("close").rename_axis(["date", "code"])
    frame = {
        "two levels": tall.to_frame(),
        "no names": tall.to_frame().rename_axis([None, None]),
        "columns": pd.concat({"close": both, "open": both}, axis=1).rename_axis("date"),
        "long": tall.reset_index().rename(columns={"code": "order_book_id"}),
        "fields": both.add_prefix("close_").rename_axis("trade_date"),
    }[layout]
    path = tmp_path / f"p.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    elif suffix == "xlsx":
        frame.reset_index().to_excel(path, index=False) if layout != "columns" else frame.to_excel(
            path
        )
    else:
        flat = frame.reset_index()
        flat.columns = [c if isinstance(c, str) else str(c) if c[1] else c[0] for c in flat.columns]
        flat.to_feather(path)
    nqp(path)
    market = load_market("m")
    assert market.close["801780"].tolist() == BANKS[:40].tolist()
    assert market.close["801080"].tolist() == CHIPS[:40].tolist()


# What is said, and where.


def test_two_hundred_foreign_columns_are_one_row(home, tmp_path):
    foreign = {f"6{n:05d}": BANKS[:61] for n in range(200)}
    holed = BANKS[:61].where(BANKS[:61].index != DAYS[20])
    path = wide(tmp_path / "p.csv", DAYS[:61], **foreign, **{"801780": holed})
    words = ["data", "import", "m", "--prices", str(path), "--universe", "shenwan"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert len(lines) < 15
    assert "missing session" in lines[1]
    assert sum("unknown instrument" in line for line in lines) == 1
    every = CliRunner().invoke(app, [*words, "--verbose"])
    assert every.stdout.count("unknown instrument") == 200


def test_a_dry_run_describes_and_stores_nothing(home, own, tmp_path):
    words = ["data", "import", "m", "--prices", str(own), "--universe", str(tmp_path / "own.toml")]
    done = CliRunner().invoke(app, [*words, "--dry-run"])
    assert done.exit_code == 0, done.output
    for text in ("and 1 like it: text in UTF-8, separated by commas", "daily",
                 "dates: year-month-day", "volume → volume"):  # fmt: skip
        assert text in done.stdout
    told = json.loads(CliRunner().invoke(app, [*words, "--dry-run", "--json"]).stdout)
    assert [item["holds"] for item in told["files"]] == ["510300", "510500"]
    assert told["findings"] == []
    assert not home.exists()


def test_columns_units_and_delays_are_written_as_pairs(nqp, tmp_path):
    prices = wide(tmp_path / "p.csv")
    for words, says in (
        (("--as", "close"), "--as was 'close'; write it as close=收盘净值"),
        (("--unit", "cn10y=furlong"), "there is no unit 'furlong'; choose percent, decimal or bp"),
        (("--delay", "pmi=soon"), "the delay of pmi was 'soon'; give a number of days, as 15"),
    ):
        assert nqp(prices, *words, fails=True) == says
