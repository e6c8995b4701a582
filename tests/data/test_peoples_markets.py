"""Markets of weeks and months, of returns, of other sectors and centuries."""

import numpy as np
import pandas as pd
import pytest

from backtest import load_market
from backtest.costs import FREE
from backtest.errors import UserError
from tests.data.peoples import (
    BANKS,
    CHIPS,
    DAYS,
    MONTHS,
    OWN,
    kinds,
    monthly_universe,
    put,
    walk,
    weekly,
    wide,
)

# Frequencies.


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


@pytest.mark.parametrize(("freq", "count"), [("ME", 24), ("QE", 8)])
def test_a_benchmark_of_calendar_months_or_quarters_loses_none(nqp, tmp_path, freq, count):
    days = pd.date_range("2022-01-31", "2023-12-31", freq=freq)
    bench = wide(tmp_path / "bench.csv", days, close=np.arange(float(len(days))) + 100)
    (finding,) = nqp(wide(tmp_path / "p.csv"), "--benchmark", bench)
    assert finding["kind"] == "slower_benchmark"
    assert load_market("m").benchmark.notna().sum() == count


@pytest.mark.parametrize(
    ("shift", "said"),
    [(6, "end"), (-1, "begin"), (5, ""), (0, ""), (4, "")],
    ids=["Sunday after", "Sunday before", "Saturday", "Monday", "Friday"],
)
def test_labels_of_weeks_are_their_last_sessions(nqp, tmp_path, shift, said):
    ends = weekly((BANKS * CHIPS) ** 0.5).round(2)
    labels = ends.index.to_period("W-SUN").start_time + pd.Timedelta(days=shift)
    bench = wide(tmp_path / "bench.csv", labels, close=ends)
    findings = nqp(wide(tmp_path / "p.csv"), "--benchmark", bench)
    told = [one["message"] for one in findings if one["kind"] == "sunday_weeks"]
    assert [f"taken to {said} them" in one for one in told] == [True] * bool(said)
    assert load_market("m").benchmark.dropna().equals(ends.rename("000300.SH"))


def test_several_rows_a_day_are_refused(nqp, tmp_path):
    days = DAYS[:20].repeat(2)
    path = wide(tmp_path / "p.csv", days, **{"801780": np.full(40, 10.0)})
    assert "2 rows on 2022-" in nqp(path, fails=True)


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
    from backtest.triggers import RelativeStrength

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
    mine = Basket.of("mine", {"chips": 3.0, "coal": 1.0})
    assert spread(market, mine).iloc[-1].tolist() == [0.25, 0.75]
    assert RelativeStrength(("chips", "coal")).evaluate(market).index.equals(market.sessions)
    assert market.sectors_of(["petroleum", "coal", "steel"]) == ("energy",)
    with pytest.raises(UserError, match="no sector or instrument 'chip' in universe own; did you"):
        spread(market, Basket.of("x", ["chip"]))
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
