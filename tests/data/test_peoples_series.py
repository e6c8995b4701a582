"""When values of imported series were known."""

import numpy as np
import pandas as pd
import pytest

from backtest import load_market
from strategies import ExportChainRotation
from tests.data.peoples import (
    BANKS,
    DAYS,
    kinds,
    put,
    rates,
    wide,
)

# When values were known.


@pytest.mark.parametrize("label", ["%Y-%m-%d", "%Y-%m", "%Y%m", "%Y年%m月份", "month end"])
@pytest.mark.parametrize("name", ["cpi", "CPI", "居民消费价格指数"])
def test_a_month_is_known_by_the_rule_of_its_series(nqp, tmp_path, label, name):
    months = pd.date_range("2021-01-01", "2023-11-01", freq="MS")
    days = months.to_period("M").end_time if label == "month end" else months
    form = "%Y-%m-%d" if label == "month end" else label
    values = np.round(100 + np.arange(len(months)) / 10, 1)
    series = tmp_path / "macro.csv"
    pd.DataFrame({"observation_date": [f"{d:{form}}" for d in days], name: values}).to_csv(
        series, index=False
    )
    nqp(wide(tmp_path / "p.csv"), "--series", series)
    known = load_market("m").series[name]
    january = values[24]
    assert (known[:"2023-02-10"] != january).all()
    assert known["2023-02-13"] == january


def test_files_of_fred_are_what_the_export_chains_ask_for_from_their_publication_on(nqp, tmp_path):
    months, folder = pd.date_range("2021-06-01", "2023-11-01", freq="MS"), tmp_path / "fred"
    folder.mkdir()
    flat, january = np.full(len(months), 70.0), list(months).index(pd.Timestamp("2023-01-01"))
    starts = np.where(np.arange(len(months)) < january, 1300.0, 1340.0)
    for name, values in (("HOUST", starts), ("NEWORDER", flat), ("ISRATIO", flat / 50)):
        table = pd.DataFrame({"observation_date": months.strftime("%Y-%m-%d"), name: values})
        table.to_csv(folder / f"{name}.csv", index=False)
    yields = rates(tmp_path, np.full(len(DAYS), 4.0), name="us10y")
    nqp(wide(tmp_path / "p.csv"), "--series", yields, "--series", folder)
    market = load_market("m")
    assert {"us_housing_starts", "us_capital_goods_orders"} <= set(market.series.columns)
    regime = ExportChainRotation(window=5, confirm=1).regime(market)
    # January's starts rise; they are out by 21 February, and for five sessions that is a change.
    rises = regime.index[regime == "export_housing"]
    rises = rises[rises >= "2023-01-01"]
    assert [f"{day:%m-%d}" for day in rises] == ["02-21", "02-22", "02-23", "02-24", "02-27"]


def test_a_month_that_cannot_be_out_yet_is_told(nqp, tmp_path):
    ahead = pd.Timestamp.now().to_period("M").start_time + pd.DateOffset(months=1)
    for number, last in enumerate((ahead, ahead - pd.DateOffset(months=3))):
        months = pd.date_range(end=last, periods=24, freq="MS")
        series = rates(tmp_path, np.arange(24.0) + 100, months, "cpi")
        told = kinds(nqp(wide(tmp_path / "p.csv"), "--series", series))
        assert ("not_yet_published" in told) == (number == 0)


def test_american_inventories_wait_for_six_weeks(nqp, tmp_path):
    months = pd.date_range("2022-01-01", "2023-11-01", freq="MS")
    values = np.arange(float(len(months))) + 100
    series = rates(tmp_path, values, months, "us_retail_inventories_to_sales")
    nqp(wide(tmp_path / "p.csv"), "--series", series)
    known = load_market("m").series["us_retail_inventories_to_sales"]
    assert known["2023-03-17"] == values[11]  # December, known from 18 February
    assert known["2023-03-20"] == values[12]  # January, from 18 March


def test_a_monthly_series_without_a_rule_needs_one(nqp, tmp_path):
    months = pd.date_range("2022-01-01", "2023-11-01", freq="MS")
    values = np.arange(float(len(months))) + 1
    prices, series = wide(tmp_path / "p.csv"), rates(tmp_path, values, months, "mine")
    said = nqp(prices, "--series", series, fails=True)
    assert said.startswith("mine is monthly, and nothing says when its values were published")
    nqp(prices, "--series", series, "--delay", "mine=20")
    known = load_market("m").series["mine"]
    assert (known["2023-02-17"], known["2023-02-20"]) == (values[11], values[12])
    released = months + pd.Timedelta(days=50)
    for header in ("released", "发布日期", "公布日期"):
        frame = pd.DataFrame({"date": months, "mine": values, header: released})
        frame.to_csv(series, index=False)
        nqp(prices, "--series", series)
        known = load_market("m").series["mine"]
        assert (known["2023-02-17"], known["2023-02-20"]) == (values[11], values[12])


@pytest.mark.parametrize("text", ["商品,", ""])
def test_a_table_of_releases_has_its_value_and_its_day(nqp, tmp_path, text):
    days = pd.date_range("2022-01-12", "2023-12-12", freq="MS") + pd.Timedelta(days=11)
    lines = [
        f"{text and '某报告,'}{d:%Y-%m-%d},{50 + n / 10:.1f},49,48" for n, d in enumerate(days)
    ]
    series = put(tmp_path / "release.csv", "\n".join([f"{text}日期,今值,预测值,前值", *lines]))
    findings = nqp(wide(tmp_path / "p.csv"), "--series", series)
    assert any("预测值, 前值" in finding["message"] for finding in findings)
    known = load_market("m").series["某报告" if text else "release"]
    assert (known["2023-05-11"], known["2023-05-12"]) == (51.4, 51.5)


def test_a_long_table_of_several_series(nqp, tmp_path):
    rows = [f"{day:%Y-%m-%d},{name},{level}" for day in DAYS[:9] for name, level in
            (("cn10y", 2.5), ("us10y", 4.0))]  # fmt: skip
    series = put(tmp_path / "long.csv", "\n".join(["日期,指标,数值", *rows]))
    nqp(wide(tmp_path / "p.csv", DAYS[:9], **{"801780": BANKS[:9]}), "--series", series)
    assert load_market("m").series.iloc[-1].to_dict() == {"cn10y": 2.5, "us10y": 4.0}


def test_a_remark_beside_numbers_names_no_series(nqp, tmp_path):
    rows = [f"{day:%Y-%m-%d},2.5,{'调休' * (n == 3)}" for n, day in enumerate(DAYS[:9])]
    series = put(tmp_path / "rates.csv", "\n".join(["date,cn10y,备注", *rows]))
    prices = wide(tmp_path / "p.csv", DAYS[:9], **{"801780": BANKS[:9]})
    (finding,) = nqp(prices, "--series", series)
    assert finding["message"] == "rates.csv has columns that are not used: 备注"
    assert list(load_market("m").series) == ["cn10y"]


def test_months_side_by_side_as_a_statistics_office_prints_them(nqp, tmp_path):
    text = (
        "数据库：月度数据\n指标,2023年1月,2023年2月,2023年3月\n居民消费价格指数,102.1,101,100.7\n"
    )
    series = put(tmp_path / "nbs.csv", text + "数据来源：国家统计局\n")
    nqp(wide(tmp_path / "p.csv"), "--series", series)
    known = load_market("m").series["居民消费价格指数"]
    assert (known["2023-02-10"], known["2023-02-13"]) != (102.1, 102.1)
    assert (known["2023-02-13"], known["2023-03-13"]) == (102.1, 101.0)


def test_a_file_named_after_its_series_has_its_rule(nqp, tmp_path):
    months = pd.date_range("2022-01-01", "2023-11-01", freq="MS")
    rows = [f"{day:%Y年%m月份},{100 + n}" for n, day in enumerate(months)]
    series = put(tmp_path / "cpi.csv", "\n".join(["月份,全国-当月", *rows]))
    nqp(wide(tmp_path / "p.csv"), "--series", series)
    known = load_market("m").series["全国-当月"]
    assert (known["2023-02-10"], known["2023-02-13"]) == (111.0, 112.0)


def test_a_yield_by_its_publishers_name_is_the_yield_strategies_ask_for(nqp, tmp_path):
    days = pd.DatetimeIndex(DAYS[:60])
    names = ("中国国债收益率10年", "中国国债收益率10年-2年", "美国国债收益率10年")
    frame = pd.DataFrame({"日期": days, **dict(zip(names, (2.8, 0.5, 1.6), strict=True))})
    frame.to_csv(tmp_path / "yields.csv", index=False)
    nqp(wide(tmp_path / "p.csv"), "--series", tmp_path / "yields.csv")
    known = load_market("m").series
    assert sorted(known) == sorted(["cn10y", "us10y", names[1]])
    assert (known["cn10y"].iloc[20], known["us10y"].iloc[20]) == (2.8, 1.6)
