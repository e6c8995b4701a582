"""Files as people have them, through the command line: right values, or one sentence."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from backtest import load_market
from backtest.cli.commands import app
from backtest.costs import FREE
from backtest.errors import UserError
from backtest.market.calendar import sessions

FIRST, LAST = pd.Timestamp("2022-01-04"), pd.Timestamp("2023-12-29")
DAYS = sessions("XSHG", FIRST, LAST, seen=pd.DatetimeIndex([]))
OWN = """
name = "own"
currency = "CNY"
calendar = "XSHG"
sessions_per_year = 242
benchmark = "510300"
[price_limits]
etf = 0.11
[series.cn10y]
title = "10-year yield"
unit = "percent"
delay_days = 0
[[instruments]]
id = "510300"
kind = "etf"
sector = "banks"
[[instruments]]
id = "510500"
kind = "etf"
sector = "machinery"
"""


def walk(seed, level=100.0, days=DAYS, size=0.01):
    moves = np.random.default_rng(seed).normal(0.0, size, len(days))
    return pd.Series((level * np.exp(np.cumsum(moves))).round(2), index=days)


BANKS, CHIPS = walk(1), walk(2)


@pytest.fixture
def nqp(home, digest):
    """Run `nqp data import m …`; an exit 2 leaves one sentence and the store as it was."""

    def nqp(prices, *words, universe="shenwan", name="m", fails=False):
        before = digest(home)
        said = ["data", "import", name, "--prices", prices, "--universe", universe, *words]
        done = CliRunner().invoke(app, [*map(str, said), *(["--json"] if not fails else [])])
        if fails:
            assert isinstance(done.exception, UserError), (done.output, done.exception)
            assert digest(home) == before
            sentence = str(done.exception)
            assert "\n" not in sentence
            return sentence
        assert done.exit_code == 0, (done.output, done.exception)
        return json.loads(done.stdout)["findings"]

    return nqp


def put(path, text, encoding="utf-8"):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def wide(path, days=DAYS, form="%Y-%m-%d", **columns):
    columns = columns or {"801780": BANKS, "801080": CHIPS}
    dates = {"date": [f"{day:{form}}" for day in days]}
    frame = pd.DataFrame(dates | {name: np.asarray(values) for name, values in columns.items()})
    frame.to_csv(path, index=False)
    return path


def bars(close, **changes):
    frame = pd.DataFrame({"open": close, "high": close * 1.01, "low": close * 0.99, "close": close})
    return frame.assign(volume=1e6, **changes).round(3).rename_axis("date")


@pytest.fixture
def own(tmp_path):
    """Two funds with opens and volumes, in a folder."""
    put(tmp_path / "own.toml", OWN)
    folder = tmp_path / "own"
    folder.mkdir()
    bars(BANKS).to_csv(folder / "510300.csv")
    bars(CHIPS).to_csv(folder / "510500.csv")
    return folder


def kinds(findings):
    return [finding["kind"] for finding in findings]


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


# Frequencies.


def weekly(values):
    return values[~values.index.to_period("W-SUN").duplicated(keep="last")]


def test_a_weekly_benchmark_is_said_once_and_compared_over_weeks(nqp, tmp_path):
    from backtest import run
    from strategies import EqualWeight

    index = (BANKS * CHIPS) ** 0.5
    ends = weekly(index)
    bench = wide(tmp_path / "bench.csv", ends.index, close=ends.round(2))
    findings = nqp(wide(tmp_path / "p.csv"), "--benchmark", bench)
    assert kinds(findings) == ["slower_benchmark"]
    assert "is weekly" in findings[0]["message"]
    result = run(EqualWeight(), load_market("m"))
    own = weekly((1.0 + result.returns).cumprod()).pct_change().iloc[1:]
    other = ends.pct_change().iloc[1:]
    expected = np.cov(own, other, ddof=1)[0, 1] / other.var()
    assert result.summary()["beta"] == pytest.approx(expected, rel=1e-3)
    assert 0.9 < expected < 1.1
    assert any("computed over its weeks" in warning for warning in result.warnings)
    name = next(iter(result.benchmarks))
    years = (ends.index[-1] - ends.index[0]).days / 365.25
    growth = (ends.iloc[-1] / ends.iloc[0]) ** (1 / years) - 1
    assert result.benchmark_summary()[name]["cagr"] == pytest.approx(growth, abs=2e-3)


MONTHS = DAYS[~DAYS.to_period("M").duplicated(keep="last")]


def monthly_universe(tmp_path, calendar="XSHG", frequency="monthly", per_year=12):
    text = OWN.replace("sessions_per_year = 242", f"sessions_per_year = {per_year}")
    text = text.replace('calendar = "XSHG"', f'calendar = "{calendar}"\nfrequency = "{frequency}"')
    return put(tmp_path / f"{frequency}.toml", text)


def test_monthly_prices_in_a_daily_market_are_refused(nqp, tmp_path):
    path = wide(tmp_path / "p.csv", MONTHS, **{"801780": BANKS[MONTHS]})
    said = nqp(path, fails=True)
    assert said.startswith("801780 has monthly prices where the universe has daily ones; set freq")


@pytest.mark.parametrize("label", ["last session", "calendar", "first day", "period"])
def test_labels_of_months_are_their_last_sessions(nqp, tmp_path, label):
    ends = MONTHS.to_period("M")
    days = {
        "last session": MONTHS,
        "calendar": ends.end_time.normalize(),
        "first day": ends.start_time,
        "period": MONTHS,
    }[label]
    form = "%Y-%m" if label == "period" else "%Y-%m-%d"
    path = wide(
        tmp_path / "p.csv", days, form, **{"510300": BANKS[MONTHS], "510500": CHIPS[MONTHS]}
    )
    assert nqp(path, universe=monthly_universe(tmp_path)) == []
    market = load_market("m")
    assert market.sessions.equals(MONTHS)
    assert market.close["510300"].tolist() == BANKS[MONTHS].tolist()


def test_a_monthly_market_trades_every_month_and_grows_over_elapsed_time(nqp, tmp_path):
    from backtest import run
    from strategies import EqualWeight

    path = wide(tmp_path / "p.csv", MONTHS, **{"510300": BANKS[MONTHS], "510500": CHIPS[MONTHS]})
    nqp(path, universe=monthly_universe(tmp_path))
    result = run(EqualWeight(rebalance="monthly"), load_market("m"), costs=FREE, fill="close")
    figures = result.summary()
    years = (MONTHS[-1] - MONTHS[0]).days / 365.25
    grown = (1.0 + figures["total_return"]) ** (1.0 / years) - 1.0
    assert figures["cagr"] == pytest.approx(grown, abs=1e-12)
    assert set(result.orders["filled"]) == set(MONTHS[1:])
    # Filled at the next month's close: the second month's returns are the first earned.
    both = pd.DataFrame({"a": BANKS[MONTHS], "b": CHIPS[MONTHS]}).pct_change().mean(axis=1)
    assert result.returns.iloc[2:].to_numpy() == pytest.approx(both.iloc[2:].to_numpy(), abs=2e-4)


def test_a_decision_may_fill_at_the_close_of_its_own_month(nqp, tmp_path):
    from backtest import run, sweep
    from strategies import EqualWeight, SectorMomentum

    path = wide(tmp_path / "p.csv", MONTHS, **{"510300": BANKS[MONTHS], "510500": CHIPS[MONTHS]})
    nqp(path, universe=monthly_universe(tmp_path))
    market = load_market("m")
    momentum = SectorMomentum(windows=(3,), top=1, band=0)
    result = run(momentum, market, costs=FREE, fill="same-close")
    assert "a decision at the end of one fills at the same close" in "".join(result.warnings)
    both = pd.DataFrame({"a": BANKS[MONTHS], "b": CHIPS[MONTHS]})
    best = both.pct_change(3).iloc[3:-1].to_numpy().argmax(axis=1)
    earned = both.pct_change().iloc[4:].to_numpy()[np.arange(len(best)), best]
    assert result.returns.iloc[4:].to_numpy() == pytest.approx(earned, abs=1e-12)
    assert (result.orders["decided"] == result.orders["filled"]).all()
    # A sweep of monthly variants agrees with vectorbt, or raises.
    assert len(sweep(momentum, {"windows": [(2,), (3,)]}, market, fill="close").trials) == 2
    with pytest.raises(UserError, match="variants are tried with fills at the next open or close"):
        sweep(momentum, {"windows": [(2,), (3,)]}, market, fill="same-close")
    with pytest.raises(UserError, match="cannot fill at it: same-close is for markets of weeks"):
        run(EqualWeight(), load_market("sample"), fill="same-close")


def test_daily_prices_are_gathered_into_the_months_of_a_monthly_market(nqp, own, tmp_path):
    findings = nqp(own, universe=monthly_universe(tmp_path))
    assert kinds(findings) == ["gathered", "gathered"]
    market = load_market("m")
    assert market.close["510300"].tolist() == BANKS[MONTHS].tolist()
    assert market.open["510300"].iloc[1] == BANKS["2022-02"].iloc[0]


def test_several_rows_a_day_are_refused(nqp, tmp_path):
    days = DAYS[:20].repeat(2)
    path = wide(tmp_path / "p.csv", days, **{"801780": np.full(40, 10.0)})
    assert "2 rows on 2022-" in nqp(path, fails=True)


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
    put(bench, "代码,日期,收盘\n399300,2022-01-04,1\n399300,2022-01-05,1\n")
    assert "wrong_instrument" not in kinds(nqp(prices, "--benchmark", bench))


# Units and levels of series.


def rates(tmp_path, values, days=DAYS, name="cn10y"):
    return wide(tmp_path / "rates.csv", days, **{name: values})


YIELD = walk(3, 2.5, size=0.005).round(4)


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


# Returns.


@pytest.mark.parametrize(("factor", "words"), [(100, ()), (1, ()), (100, ("percent",))])
def test_returns_become_levels_when_said(nqp, tmp_path, factor, words):
    moves = BANKS.pct_change().iloc[1:]
    path = wide(tmp_path / "p.csv", DAYS[1:], **{"801780": moves * factor})
    assert "which look like returns; say --returns" in nqp(path, fails=True)
    nqp(path, "--returns", *words)
    close = load_market("m").close["801780"]
    assert close.index.equals(DAYS)
    assert close.to_numpy() == pytest.approx((100 * BANKS / BANKS.iloc[0]).to_numpy(), rel=1e-12)


# Markets that are not Shanghai's.


def industries(path, months, moves):
    """Write a file as an academic library does: several tables of returns in percent."""
    names = (
        "NoDur",
        "Durbl",
        "Manuf",
        "Enrgy",
        "HiTec",
        "Telcm",
        "Shops",
        "Hlth",
        "Utils",
        "Other",
    )
    rows = [
        f"{m:%Y%m},{','.join(f'{x:8.2f}' for x in row)}"
        for m, row in zip(months, moves, strict=True)
    ]
    head = f",{','.join(names)}"
    text = [
        "Made of stocks by their codes, as of 2024.",
        "",
        "  Value weighted, monthly",
        head,
        *rows,
    ]
    text += [
        "",
        "  Equally weighted, monthly",
        head,
        *rows,
        "",
        "  Annual",
        head,
        f"1927{',5.00' * 10}",
    ]
    return put(path, "\n".join(text)), names


def test_a_century_of_monthly_returns_reproduces_its_table(nqp, tmp_path):
    from backtest import run
    from strategies import SectorMomentum

    months = pd.period_range("1926-07", "1936-12", freq="M")
    moves = np.random.default_rng(0).normal(0.8, 6.0, (len(months), 10)).round(2)
    path, names = industries(tmp_path / "ten.csv", months, moves)
    said = nqp(path, universe="us-industries", fails=True)
    assert "which look like returns; say --returns" in said
    (finding,) = nqp(path, "--returns", universe="us-industries")
    assert finding["message"] == "ten.csv: only its first table was read"
    market = load_market("m")
    assert [f"{day:%Y-%m-%d}" for day in market.sessions[[0, 1, -1]]] == [
        "1926-06-30", "1926-07-31", "1936-12-31",
    ]  # fmt: skip
    result = run(
        SectorMomentum(windows=(12,), top=3, band=0), market, costs=FREE, fill="same-close"
    )
    levels = pd.DataFrame(
        np.vstack([np.ones(10), np.cumprod(1 + moves / 100, axis=0)]), columns=names
    )
    best = levels.pct_change(12)
    earned = [
        levels.pct_change().loc[row + 1, best.loc[row].nlargest(3).index].mean()
        for row in range(12, len(levels) - 1)
    ]
    assert result.returns.iloc[13:].to_numpy() == pytest.approx(earned, abs=1e-14)
    grown = np.prod(1.0 + result.returns) ** (
        365.25 / (market.sessions[-1] - market.sessions[0]).days
    )
    assert result.summary()["cagr"] == pytest.approx(grown - 1.0, abs=1e-12)


def test_sectors_of_ones_own_with_and_without_shenwans(nqp, tmp_path):
    from backtest.strategy.allocation import equal, inverse_volatility, spread
    from backtest.strategy.basket import Basket

    text = OWN.replace('sector = "banks"', 'sector = "energy"').replace("machinery", "chips")
    own = (
        '[sectors]\nchips = "Chips"\n'
        'energy = { name = "Energy", shenwan = ["coal", "petroleum"] }\n'
    )
    universe = put(tmp_path / "own.toml", text.replace("[price_limits]", f"{own}[price_limits]"))
    nqp(wide(tmp_path / "p.csv", **{"510300": BANKS, "510500": CHIPS}), universe=universe)
    market = load_market("m")
    assert dict(market.by_sector) == {"energy": ("510300",), "chips": ("510500",)}
    assert equal(market).iloc[-1].tolist() == [0.5, 0.5]
    assert inverse_volatility(market).iloc[-1].sum() == pytest.approx(1.0)
    fossil = spread(market, Basket.of("fossil", ["coal", "petroleum", "steel"]))
    assert fossil.iloc[-1].tolist() == [1.0, 0.0]
    with pytest.raises(UserError, match=r"basket x needs one of Shenwan's sectors steel, and univ"):
        spread(market, Basket.of("x", ["steel"]))
    put(universe, universe.read_text("utf-8").replace('"coal", ', '"cole", '))
    said = nqp(tmp_path / "p.csv", universe=universe, fails=True)
    assert "sectors.energy.shenwan 'cole' is not known; did you mean 'coal'" in said


def test_dates_of_the_prices_are_the_sessions_where_no_calendar_reaches(nqp, tmp_path):
    text = OWN.replace('"XSHG"', '"data"').replace("242", "300")
    universe = put(tmp_path / "own.toml", text)
    days = pd.date_range("1902-01-02", "1904-12-31").to_series()
    days = pd.DatetimeIndex(days[days.dt.day_of_week < 6])  # Saturdays were sessions
    both = {"510300": walk(5, days=days), "510500": walk(6, days=days)}
    path = wide(tmp_path / "p.csv", days, **both)
    (finding,) = nqp(path, universe=universe)
    assert (finding["kind"], round(finding["value"])) == ("sessions_per_year", 313)
    assert load_market("m").sessions.equals(days)
