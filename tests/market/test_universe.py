"""Universes: the built-in ones, one's own, and every mistake one can make in one."""

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from backtest.errors import UserError
from backtest.market.universe import BUILT_IN, load_universe, parse_universe, sectors

GOOD = """
name = "mine"
currency = "CNY"
calendar = "XSHG"
sessions_per_year = 242
benchmark = "A"

[series.pmi]
unit = "index"
delay_days = 1

[[instruments]]
id = "A"
kind = "index"
sector = "steel"
launched = 2020-01-02
"""


def test_the_vocabulary_is_the_31_sectors():
    assert len(sectors()) == 31
    assert len({sector.code for sector in sectors().values()}) == 31


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_universes_load(name):
    universe = load_universe(name)
    assert universe.name == name
    assert universe.benchmark in universe.by_id
    assert set(universe.by_sector) <= set(universe.sectors)
    assert set(universe.by_shenwan) <= set(sectors())


def test_shenwan_has_one_index_a_sector():
    universe = load_universe("shenwan")
    assert list(universe.by_sector.values()) == [(sector.code,) for sector in sectors().values()]
    assert universe.by_id["801950"].launched == date(2021, 12, 13)


def test_cn_etf_repeats_the_reference_facts():
    folder = os.environ.get("NQP_MARKET_DATA")
    if not folder:
        pytest.skip("NQP_MARKET_DATA is not set: the reference file is not at hand")
    universe = load_universe("cn-etf")
    names = {sector.name: key for key, sector in sectors().items()}
    with (Path(folder) / "cn_etf_reference.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["sector"]:
                assert row["yahoo"] not in universe.by_id
                continue
            instrument = universe.by_id[row["yahoo"]]
            assert instrument.sector == names.get(row["sector"])
            first = row["first_session"]
            assert str(instrument.launched) == (first if first[0] == "2" else "None")
    assert universe.money == "511880.SS"
    assert universe.benchmark == "510300.SS"
    assert set(universe.bonds) == {"511010.SS", "511260.SS"}


def test_us_spdr_has_eleven_funds_and_american_conventions():
    universe = load_universe("us-spdr")
    assert sum(len(ids) for ids in universe.by_sector.values()) == 11
    assert (universe.sessions_per_year, universe.currency, universe.rate) == (252, "USD", "us10y")


def test_ones_own_file_works_the_same_way(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    universe = load_universe(path)
    assert universe.by_sector == {"steel": ("A",)}
    assert universe.spec("pmi").delay_days == 1


def test_a_series_nobody_declared_waits_a_day():
    assert load_universe("shenwan").spec("mystery").delay_days == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('sector = "steel"', 'sector = "steal"', r"instruments\[0\].sector 'steal'.*'steel'"),
        ('kind = "index"', 'kind = "indx"', r"instruments\[0\].kind 'indx'.*'index'"),
        ('id = "A"\n', "", r"instruments\[0\].id is missing; add it"),
        ('name = "mine"\n', "", "name is missing"),
        ('benchmark = "A"', 'benchmark = "B"', "benchmark 'B' is not known"),
        ("= 242", '= "242"', "sessions_per_year must be a whole number, was '242'"),
        ("= 242", "= true", "sessions_per_year must be a whole number, was True"),
        ("= 242", "= 0", "sessions_per_year was 0; give 1 or more"),
        ("= 242", f"= {10**40}", "sessions_per_year was 10000.*; give at most 366"),
        ("delay_days = 1", "delay_days = 200000", "pmi.delay_days was 200000; give at most 3660"),
        ("delay_days = 1", "delay_days = inf", "pmi.delay_days must be a whole number, was inf"),
        ('id = "A"', 'id = ["A"]', r"instruments\[0\].id must be text, was \['A'\]"),
        ('name = "mine"', 'name = "mine"\nprice_limits.etf = "10 %"', "price_limits.etf must be a"),
        (
            'name = "mine"',
            'name = "mine"\nprice_limits.etf = inf',
            "price_limits.etf was inf; give",
        ),
        ('name = "mine"', 'name = "mine"\nprice_limits.etf = -1', "price_limits.etf was -1"),
        ('name = "mine"', 'name = "mine"\nprice_limits.bond = 0.1', "price_limits 'bond' is not"),
        ('name = "mine"', "name = " + "[" * 300 + "]" * 300, "name must be text|too deep"),
        ("delay_days = 1", "delay_days = -1", "series.pmi.delay_days was -1; give 0 or more"),
        ("delay_days", "delay_dys", "series.pmi.delay_dys is no key.*'delay_days'"),
        ("launched = 2020-01-02", 'launched = "soon"', r"instruments\[0\].launched must be a date"),
        ("launched", "lunched", r"instruments\[0\].lunched is no key.*did you mean 'launched'"),
        (
            'calendar = "XSHG"',
            'calender = "XSHG"',
            "calender is no key here; did you mean 'calendar'",
        ),
        (
            "[[instruments]]",
            "[[instrments]]",
            "instrments is no key here; did you mean 'instruments'",
        ),
        ('sector = "steel"\n', "", "no instrument has a sector"),
        ('name = "mine"', 'name = "mine', "is not valid TOML"),
        ('benchmark = "A"', 'benchmark = "A"\nmoney = "M"', "money 'M' is not known"),
        ('benchmark = "A"', 'benchmark = "A"\nbonds = ["M"]', "bonds 'M' is not known"),
        ('id = "A"', 'id = "A"\nlot = -1', r"instruments\[0\].lot was -1"),
    ],
)
def test_a_mistake_names_its_key_and_the_fix(old, new, says):
    assert old in GOOD
    with pytest.raises(UserError, match=says):
        parse_universe(GOOD.replace(old, new), "mine.toml")


def test_the_same_instrument_twice():
    with pytest.raises(UserError, match=r"instruments\[1\].id 'A' stands twice; remove one"):
        parse_universe(GOOD + '\n[[instruments]]\nid = "A"\nkind = "etf"\n')


def test_an_unknown_universe_has_a_suggestion():
    with pytest.raises(UserError, match="did you mean 'shenwan'"):
        load_universe("shenwam")


def test_a_universe_that_is_not_text(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b'name = "\xff\xfe"')
    with pytest.raises(UserError, match="save it as UTF-8"):
        load_universe(path)
