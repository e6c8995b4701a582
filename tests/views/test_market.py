"""What a market shows of itself in a notebook."""

from dataclasses import replace

import numpy as np

from tests.markets import make_market
from tests.markup import HOSTILE, tables_of, text_of


def test_a_market_shows_its_extent_series_and_sectors():
    market = make_market(sessions=30, sectors=("auto", "coal"), bond=True, late={"coal": 7})
    extent, series, sectors = tables_of(market._repr_html_())
    shown = dict(extent[1:])
    assert shown["sessions"] == "30 of XSHG"
    assert shown["instruments"] == "3 in 2 sectors, CNY"
    assert shown["prices"] == "closes, opens, traded values; history as the source has it"
    assert (shown["benchmark"], shown["bonds"]) == ("Benchmark", "Bond")
    assert [row[0] for row in series[1:]] == ["cn10y", "us10y"]
    assert sectors[1:] == [
        ["AUTO", "auto", "Auto", "2020-01-01"],
        ["COAL", "coal", "Coal", "2020-01-10"],
    ]
    text = text_of(market._repr_html_())
    assert text.startswith("test: made-up funds synthetic data · 2020-01-01 … 2020-02-11")


def test_what_a_market_lacks_is_said():
    bare = make_market(sessions=5, opens=False, benchmark=[np.nan] * 5)
    bare = replace(bare, turnover=None, series=bare.series[[]], synthetic=False)
    shown = dict(tables_of(bare._repr_html_())[0][1:])
    assert shown["prices"].startswith("closes; ")
    assert shown["benchmark"] == "Benchmark (no prices)"
    assert (shown["bonds"], shown["series"]) == ("none", "none")
    assert "synthetic" not in text_of(bare._repr_html_())


def test_a_series_that_is_never_known_has_no_latest_value():
    market = make_market(sessions=3, series={"pmi": [np.nan] * 3})
    pmi = tables_of(market._repr_html_())[1][-1]
    assert pmi == ["pmi", "", "percent", "–", "–", "–"]


def test_findings_and_hostile_names_are_shown_as_text():
    market = make_market(sessions=3, name=HOSTILE, series={HOSTILE: [1.0, 2.0, 3.0]})
    html = replace(market, findings=(f"warning: {HOSTILE}",))._repr_html_()
    assert "<script" not in html
    assert text_of(html).count(HOSTILE) == 5
    assert "What the quality checks found (1)" in text_of(html)
