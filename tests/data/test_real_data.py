"""The 31 real sector indices: what is known to be odd about them is found, and nothing is lost."""

import pytest

from backtest.data.intake import Sources, import_market
from backtest.data.load import export, load_market

MISSING = [
    "2015-03-06",
    "2015-07-15",
    "2015-09-02",
    "2016-04-18",
    "2016-04-19",
    "2016-07-04",
    "2017-04-05",
    "2017-07-21",
    "2021-08-06",
    "2021-10-08",
    "2021-10-22",
    "2022-03-03",
    "2022-03-23",
    "2022-03-31",
    "2022-04-14",
    "2022-05-05",
    "2022-05-09",
    "2023-09-08",
]


@pytest.fixture(scope="module")
def real(real_data, tmp_path_factory):
    """The market, its manifest and the store it lies in."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NQP_HOME", str(home))
        sources = Sources(
            real_data / "shenwan",
            "shenwan",
            benchmark=real_data / "csi300.csv",
            bond=real_data / "511260.csv",
            series=(real_data / "rates.csv",),
        )
        manifest = import_market("real", sources)
        yield load_market("real"), manifest, home


def dates(manifest, kind):
    return {str(finding.date) for finding in manifest.findings if finding.kind == kind}


def test_exactly_the_missing_sessions_are_found(real):
    _, manifest, _ = real
    missing = [finding for finding in manifest.findings if finding.kind == "missing_session"]
    assert sorted({str(finding.date) for finding in missing}) == MISSING
    # Four indices start after the first eleven of the eighteen days.
    assert len(missing) == 31 * 18 - 4 * 11


def test_late_starters_make_up_days_and_ends_are_found(real):
    _, manifest, _ = real
    late = {item.instrument for item in manifest.findings if item.kind == "late_start"}
    assert late == {"801950", "801960", "801970", "801980", "511260.SS"}
    make_up = dates(manifest, "make_up_day")
    assert len(make_up) == 91
    assert {"2015-02-28", "2024-09-29", "2025-10-11"} <= make_up
    assert dates(manifest, "different_end") == {"2025-12-31", "2026-07-31"}
    assert dates(manifest, "series_end") == {"2025-12-31", "2025-12-26"}


def test_alarms_are_few_and_none_stops_the_import(real):
    _, manifest, _ = real
    assert {finding.severity for finding in manifest.findings} == {"warning"}
    jumps = {str(item.date) for item in manifest.findings if item.kind == "jump"}
    assert jumps == {"2024-09-30", "2024-10-08", "2024-10-09", "2025-04-07"}
    kinds = {finding.kind for finding in manifest.findings}
    assert kinds == {
        "different_end", "exchange_holiday", "holes", "jump", "late_start", "make_up_day",
        "missing_session", "series_end",
    }  # fmt: skip


def test_anchor_values(real):
    market, *_ = real
    assert len(market.sessions) == 2921
    assert market.instruments[0] == "511260.SS"
    assert len(market.instruments) == 32
    days = ["2023-12-29", "2024-09-13", "2024-12-31"]
    assert market.benchmark[days].round(2).tolist() == [3431.11, 3159.25, 3934.91]
    assert market.benchmark["2026-01-05":].isna().all()
    assert market.series["cn10y"]["2023-12-29"] == 2.5553
    assert market.series["cn10y"]["2024-12-31"] == 1.6752
    half = market.sector_close.loc["2024-06-28"] / market.sector_close.loc["2023-12-29"] - 1
    shown = {
        name: round(100 * half[name], 1) for name in ("banks", "coal", "utilities", "computer")
    }
    assert shown == {"banks": 17.0, "coal": 12.0, "utilities": 11.8, "computer": -24.9}


def test_nothing_trades_on_a_missing_session(real):
    market, *_ = real
    sectors = [name for name in market.instruments if name != "511260.SS"]
    for day in MISSING:
        assert not market.can_buy.loc[day, sectors].any()
        assert market.open.loc[day, sectors].isna().all()
        assert market.close.loc[day].drop("511260.SS").notna().sum() in (27, 31)
    assert market.can_buy["801950"].sum() == 1009
    # A United States yield is known in Shanghai a day later.
    assert market.series["us10y"]["2025-12-29"] == 4.14


def test_the_export_imports_back_to_the_same_snapshot(real, tmp_path, monkeypatch):
    market, manifest, home = real
    monkeypatch.setenv("NQP_HOME", str(home))
    export("real", tmp_path / "out")
    copy = load_market(tmp_path / "out")
    assert copy.snapshot == manifest.snapshot
    assert copy.close.equals(market.close)
    assert copy.turnover.equals(market.turnover)
    assert copy.findings == market.findings
