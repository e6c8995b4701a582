"""Files that were misread silently: the right values, or one sentence."""

import numpy as np
import pandas as pd
import pytest

from backtest import load_market
from backtest.costs import FREE
from backtest.data.price_files import Reader
from backtest.errors import UserError
from backtest.market.universe import load_universe
from tests.data.peoples import (
    BANKS,
    CHIPS,
    DAYS,
    OWN,
    YIELD,
    bars,
    kinds,
    put,
    rates,
    wide,
)

# Moments with an offset.


@pytest.mark.parametrize("form", ["csv", "parquet", "seconds"])
def test_closes_stamped_in_utc_are_those_of_their_session(nqp, tmp_path, form):
    stamps = DAYS.tz_localize("Asia/Shanghai").tz_convert("UTC")
    frame = pd.DataFrame({"801780": BANKS.to_numpy(), "801080": CHIPS.to_numpy()})
    cells = [int(stamp.timestamp()) for stamp in stamps] if form == "seconds" else stamps
    frame.insert(0, "date", cells)
    path = tmp_path / f"utc.{'parquet' if form == 'parquet' else 'csv'}"
    frame.to_parquet(path) if form == "parquet" else frame.to_csv(path, index=False)
    assert nqp(path) == []
    market = load_market("m")
    assert market.sessions.equals(DAYS)
    assert market.close["801780"].tolist() == BANKS.tolist()


def test_a_series_stamped_in_utc_is_of_its_day(nqp, tmp_path):
    stamps = DAYS.tz_localize("Asia/Shanghai").tz_convert("UTC")
    rates = put(
        tmp_path / "rates.csv",
        "date,cn10y\n"
        + "".join(f"{stamp},{2.5 + n / 1e3:.4f}\n" for n, stamp in enumerate(stamps)),
    )
    nqp(wide(tmp_path / "p.csv"), "--series", rates)
    assert load_market("m").series["cn10y"].iloc[7] == 2.507


# Columns.


def test_short_headers_of_a_common_site_give_the_same_market(nqp, own, tmp_path):
    nqp(own, universe=tmp_path / "own.toml", name="plain")
    folder = tmp_path / "site"
    folder.mkdir()
    names = dict(zip(("date", "open", "high", "low", "close", "volume"),
                     ("日期", "今开", "高", "低", "收盘", "交易量"), strict=True))  # fmt: skip
    for path in own.iterdir():
        frame = pd.read_csv(path).rename(columns=names).iloc[::-1]
        frame["交易量"] = "1.00M"
        frame.assign(**{"涨跌幅": "0.5%"}).to_csv(folder / path.name, index=False)
    (finding, _) = nqp(folder, universe=tmp_path / "own.toml")
    assert finding["message"] == "510300.csv has columns that are not used: 涨跌幅"
    assert load_market("m").open.equals(load_market("plain").open)
    assert load_market("m").turnover.equals(load_market("plain").turnover)


def test_a_session_sealed_at_the_limit_is_seen_under_short_headers(nqp, tmp_path):
    close = BANKS.iloc[:6].copy()
    close.iloc[3:] = round(float(close.iloc[2]) * 1.1, 2)
    frame = bars(close)
    frame.loc[close.index[3], ["open", "high", "low"]] = close.iloc[3]
    frame = frame.drop(columns="open").set_axis(["高", "低", "收盘", "交易量"], axis=1)
    put(tmp_path / "own.toml", OWN)
    frame.rename_axis("日期").to_csv(tmp_path / "510300.csv")
    nqp(tmp_path / "510300.csv", universe=tmp_path / "own.toml")
    assert load_market("m").can_buy["510300"].tolist() == [True, True, True, False, True, True]


@pytest.mark.parametrize(
    ("name", "text"),
    [("801010.csv", "代码,日期,收盘\n801780,2022-01-04,1\n801780,2022-01-05,1\n"),
     ("801010.csv", "代码,日期,收盘\n600000,2022-01-04,1\n600000,2022-01-05,1\n"),
     ("801010.csv", ",银行\n日期,收盘\n2022-01-04,1\n2022-01-05,1\n"),
     ("801010.csv", "日期,银行\n2022-01-04,1\n2022-01-05,1\n"),
     ("801010.csv", "简称,日期,收盘\n银行,2022-01-04,1\n银行,2022-01-05,1\n")],
)  # fmt: skip
def test_a_file_that_says_it_is_another_instrument(nqp, tmp_path, name, text):
    folder = put(tmp_path / "f" / name, text).parent
    wide(folder / "801780.csv", DAYS[:2], close=[1, 1])
    said = nqp(folder, fails=True)
    assert said.startswith("801010.csv is given as 801010 but says")


def test_a_benchmark_that_says_it_is_something_else(nqp, tmp_path):
    prices = wide(tmp_path / "p.csv")
    bench = put(
        tmp_path / "bench.csv", "代码,日期,收盘\n801780,2022-01-04,1\n801780,2022-01-05,1\n"
    )
    said = nqp(prices, "--benchmark", bench, fails=True)
    assert said.startswith("bench.csv is given as 000300.SH but says 801780 inside")
    other = put(tmp_path / "sh000905.csv", "日期,收盘\n2022-01-04,1\n2022-01-05,1\n")
    said = nqp(prices, "--benchmark", other, fails=True)
    assert said.endswith(
        "000300.SH but named after 000905; rename it, or name that instrument in the universe"
    )
    nasdaq = put(tmp_path / "QQQ.csv", "date,close\n2022-01-04,1\n2022-01-05,1\n")
    with pytest.raises(UserError, match="given as SPY but named after QQQ"):
        Reader.of(load_universe("us-spdr")).benchmark(nasdaq)
    put(bench, "代码,日期,收盘\n399300,2022-01-04,1\n399300,2022-01-05,1\n")
    assert "wrong_instrument" not in kinds(nqp(prices, "--benchmark", bench))


# Days without trading, and units.


@pytest.mark.parametrize(
    ("column", "usual", "stopped"),
    [("交易状态", "交易", "停牌一天"), ("tradestatus", 1, 0), ("paused", 0.0, 1.0),
     ("volume", 1e6, "停牌")],
)  # fmt: skip
def test_a_column_of_trading_states_is_understood(nqp, own, tmp_path, column, usual, stopped):
    bar = bars(BANKS).assign(**{column: usual}).astype(object)
    bar.loc[DAYS[50:60], column] = stopped
    bar.to_csv(own / "510300.csv")
    assert nqp(own, universe=tmp_path / "own.toml") == []
    can = load_market("m").can_buy["510300"]
    assert can.index[~can].equals(DAYS[50:60])


def test_volumes_and_amounts_are_in_the_unit_of_their_header(nqp, own, tmp_path):
    renamed = {"volume": "成交量(手)", "amount": "成交额(万元)"}
    bars(BANKS, amount=2.5).rename(columns=renamed).to_csv(own / "510300.csv")
    nqp(own, universe=tmp_path / "own.toml")
    assert (load_market("m").turnover["510300"] == 25_000.0).all()


# Units and levels of series.


@pytest.mark.parametrize(("factor", "unit"), [(1, "percent"), (0.01, "decimal"), (100, "bp")])
def test_a_yield_in_another_unit_is_said_and_can_be_stated(nqp, tmp_path, factor, unit):
    prices, series = wide(tmp_path / "p.csv"), rates(tmp_path, (YIELD * factor).round(8))
    if unit != "percent":
        said = nqp(prices, "--series", series, fails=True)
        assert said.endswith(
            f"say --unit cn10y={unit}, or --unit cn10y=percent if they are meant so"
        )
    nqp(prices, "--series", series, "--unit", f"cn10y={unit}")
    assert load_market("m").series["cn10y"].tolist() == pytest.approx(YIELD.tolist(), abs=1e-9)
    nqp(prices, "--series", rates(tmp_path, YIELD))


def test_a_unit_that_changes_on_the_way(nqp, tmp_path):
    mixed = YIELD.where(YIELD.index < "2023-01-01", YIELD / 100.0)
    said = nqp(wide(tmp_path / "p.csv"), "--series", rates(tmp_path, mixed), fails=True)
    assert "on 2023-01-03, as when the unit changes" in said


def test_a_unit_above_the_numbers_is_believed(nqp, tmp_path):
    rows = "".join(f"{day:%Y-%m-%d},{value * 100:.2f}\n" for day, value in YIELD.items())
    series = put(tmp_path / "rates.csv", "指标名称,cn10y\n频率,日\n单位,BP\n" + rows)
    (finding,) = nqp(wide(tmp_path / "p.csv"), "--series", series)
    assert finding["kind"] == "converted_unit"
    assert load_market("m").series["cn10y"].tolist() == pytest.approx(YIELD.tolist())


def test_zeros_amid_yields_are_none(nqp, tmp_path):
    holed = YIELD.copy()
    holed.iloc[[5, 9]] = 0.0
    findings = nqp(wide(tmp_path / "p.csv"), "--series", rates(tmp_path, holed))
    assert kinds(findings) == ["zero_values", "holes"]
    assert load_market("m").series["cn10y"].iloc[5] == YIELD.iloc[4]


def test_a_hole_in_a_monthly_series_is_seen(nqp, tmp_path):
    months = pd.date_range("2021-01-31", "2023-12-31", freq="ME")
    kept = months[(months < "2022-03-01") | (months > "2023-06-01")]
    findings = nqp(
        wide(tmp_path / "p.csv"), "--series", rates(tmp_path, np.full(len(kept), 50.1), kept, "pmi")
    )
    (hole,) = (finding for finding in findings if finding["kind"] == "holes")
    assert (hole["value"], hole["date"]) == (15, "2022-03-31")


# What cannot be traded.


@pytest.mark.parametrize("volume", ["0", "", "5.9e-39", "same"])
def test_a_suspended_session_in_every_writing(nqp, own, tmp_path, volume):
    frame = pd.read_csv(own / "510500.csv", dtype=str)
    shut = frame.index[60:66]
    fields = ["open", "high", "low", "close"]
    frame.loc[shut, fields] = frame.loc[59, "close"]
    frame.loc[shut, "volume"] = frame.loc[59, "volume"] if volume == "same" else volume
    frame.to_csv(own / "510500.csv", index=False)
    nqp(own, universe=tmp_path / "own.toml")
    can = load_market("m").can_buy["510500"]
    assert not can.iloc[60:66].any()
    assert can.iloc[:60].all()
    assert can.iloc[66:].all()


def test_zeros_beside_a_close_are_none(nqp, own, tmp_path):
    frame = pd.read_csv(own / "510500.csv")
    frame.loc[60:62, ["open", "high", "low"]] = 0
    frame.loc[60:62, "close"] = frame.loc[59, "close"]
    frame.to_csv(own / "510500.csv", index=False)
    findings = nqp(own, universe=tmp_path / "own.toml")
    assert kinds(findings) == ["zero_prices", "no_open"]
    market = load_market("m")
    assert not market.can_buy["510500"].iloc[60:63].any()
    assert market.open["510500"].iloc[60:63].isna().all()


# Impossible moves.


def test_an_unadjusted_split_stops_and_is_said_by_every_run_that_holds_it(nqp, own, tmp_path):
    from backtest import run
    from strategies import EqualWeight, SectorMomentum

    frame = pd.read_csv(own / "510500.csv")
    late = frame["date"] >= "2023-03-01"
    fields = ["open", "high", "low", "close"]
    frame.loc[late, fields] = (frame.loc[late, fields] / 5).round(3)
    frame.to_csv(own / "510500.csv", index=False)
    universe = tmp_path / "own.toml"
    said = nqp(own, universe=universe, fails=True)
    assert "to 2023-03-01, as an unadjusted split of 1:5 would do" in said
    (finding,) = nqp(own, "--accept-jumps", universe=universe)
    assert (finding["kind"], finding["date"]) == ("accepted_jump", "2023-03-01")
    market = load_market("m")
    result = run(EqualWeight(), market, costs=FREE)
    (warning,) = (text for text in result.warnings if "510500 was held" in text)
    earned = result.profit.loc["2023-03-01", "510500"]
    assert f"{earned:+,.0f} CNY" in warning
    assert earned < -200_000
    early = run(EqualWeight(), market.until("2023-02-28"), costs=FREE)
    assert not any("was held while" in text for text in early.warnings)
    assert SectorMomentum().name == "sector-momentum"


def test_a_code_used_again_after_years(nqp, tmp_path):
    old, new = BANKS.iloc[:60], BANKS.iloc[60] * 0 + BANKS.iloc[400:] * 1.57
    both = pd.concat([old, new / new.iloc[0] * old.iloc[-1] * 1.57]).round(2)
    path = wide(tmp_path / "p.csv", DAYS, **{"801080": CHIPS, "801780": both.reindex(DAYS)})
    said = nqp(path, fails=True)
    assert "moved +57" in said
    assert "when a code is used again for something else" in said
