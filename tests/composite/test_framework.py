"""Frameworks: the built-in ones, and one sentence for every mistake in a file."""

import importlib.util
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from backtest.composite import BUILT_IN, PILLARS, Framework, load_framework, parse_framework
from backtest.errors import UserError
from strategies.taxonomy import TRACKS
from tests.composite.made import framework, indicator

GOOD = """
name = "mine"
[pillars]
potential = 1
supply = 2
demand = 1
distribution = 1
[tracks]
technology = ["computer"]
[[indicators]]
name = "patents"
pillar = "potential"
series = "patents"
frequency = "yearly"
delay_days = 60
enters = 2021-03-13
[[indicators]]
name = "breadth"
pillar = "demand"
series = "market.breadth_60"
frequency = "daily"
by_track = true
"""


def test_a_file_is_read():
    mine = parse_framework(GOOD)
    assert dict(mine.pillar_weights) == {
        "potential": 1.0,
        "supply": 2.0,
        "demand": 1.0,
        "distribution": 1.0,
    }
    assert [one.name for one in mine.concrete] == ["patents", "breadth.technology"]
    assert mine.sectors_of(mine.concrete[1]) == ("computer",)
    assert hash(mine) == hash(parse_framework(GOOD + "\n"))


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_frameworks_speak_for_every_pillar_with_sources_and_units(name):
    found = load_framework(name)
    assert found.name == name
    assert all(found.pillars[pillar] for pillar in PILLARS)
    for one in found.indicators:
        assert one.title
        assert one.unit
        assert one.source
    assert {track: set(names) for track, names in found.tracks} == {
        track: set(basket.sectors) for track, basket in TRACKS.items()
    }


def test_official_statistics_have_in_dates_and_delays_and_name_functions_that_exist():
    spec = importlib.util.find_spec("akshare")
    offered = Path(spec.origin).read_text(encoding="utf-8") if spec else None
    china = [one for one in load_framework("china").indicators if not one.observable]
    assert len(china) >= 20
    assert all(one.enters and one.delay_days > 0 for one in china)
    named = {one.akshare for one in china} - {""}
    assert len(named) >= 4
    if offered is None:
        pytest.skip("akshare is not installed (extra china)")
    for function in named:
        imported = rf"^(from akshare\.\S+ import|   ) ?{function}\b(,| *#|$)"
        assert re.search(imported, offered, re.MULTILINE), function


def test_the_observable_framework_needs_no_statistics():
    assert all(one.observable for one in load_framework("observable").indicators)


def test_what_speaks_of_one_track_only():
    china = load_framework("china")
    medicine = china.about("medicine")
    assert [one.name for one in medicine.concrete] == ["pharma_value_added"]
    assert medicine.pillar_weights == (("supply", 1.0),)
    assert framework(indicator("a")).about("medicine") is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "mine"', "name = mine", "is not valid TOML"),
        ('name = "mine"', 'nam = "mine"', "nam is no key here; did you mean 'name'"),
        ('name = "mine"', "", "name is missing; add it"),
        ('name = "mine"', "name = 3", "name must be text, was 3"),
        ('name = "mine"', 'name = "mine"\nweighting = "entrpy"', "did you mean 'entropy'"),
        ('name = "mine"', 'name = "mine"\nnormalization = "mad"', "choose from distance, min-max"),
        ('name = "mine"', 'name = "mine"\nrefit = "month"', "did you mean 'monthly'"),
        ('name = "mine"', 'name = "mine"\nmin_coverage = 2', "give a fraction from 0 to 1"),
        ("supply = 2", "suply = 2", "there is no pillar 'suply'; did you mean 'supply'"),
        ("supply = 2", "", "pillars.supply must be a number"),
        ("supply = 2", "supply = true", "pillars.supply must be a number"),
        ("supply = 2", "supply = 0", "the weight of pillar supply was 0.0; give a number above 0"),
        ('["computer"]', '["computers"]', "there is no sector 'computers'; did you mean"),
        ('["computer"]', '"computer"', "tracks.technology must be a list, was 'computer'"),
        ('["computer"]', "[]", "track 'technology' has no sectors"),
        ('pillar = "potential"', 'pillar = "potental"', "did you mean 'potential'"),
        ('pillar = "potential"', 'pilar = "potential"', "indicators[0].pilar is no key here"),
        ('frequency = "yearly"', 'frequency = "annual"', "frequency was 'annual'; choose from"),
        (
            'frequency = "yearly"',
            'frequency = "yearly"\ndirection = "sideways"',
            "choose from down, up",
        ),
        ("delay_days = 60", "delay_days = 1.5", "must be a whole number, was 1.5"),
        ("delay_days = 60", "delay_days = -1", "delay_days was -1; give 0 or more"),
        ("delay_days = 60", "weight = 0", "weight was 0.0; give a number above 0"),
        ("delay_days = 60", "weight = nan", "weight was nan; give a number above 0"),
        ("2021-03-13", '"13 March"', "enters must be a date such as 2024-02-29, was '13 March'"),
        ("2021-03-13", "2021-03-13\nleaves = 2020-01-01", "after it leaves on 2020-01-01; swap"),
        ('name = "breadth"', 'name = "patents"', "indicator 'patents' stands twice"),
        ("market.breadth_60", "market.bredth_60", "did you mean 'market.breadth_60'"),
        ("by_track = true", 'by_track = "yes"', "by_track must be true or false"),
        ("by_track = true", 'by_track = true\ntrack = "technology"', "keep one of them"),
        ("by_track = true", 'track = "tecnology"', "did you mean 'technology'"),
        ('[tracks]\ntechnology = ["computer"]', "", "is by_track; add a [tracks] table"),
        (GOOD[GOOD.index("[[") :], "", "indicators is missing; add it"),
        ("[pillars]", "indicators = []\n[pillars]", "not valid TOML"),
    ],
)
def test_mistakes_get_a_sentence(old, new, says):
    assert old in GOOD
    with pytest.raises(UserError) as error:
        parse_framework(GOOD.replace(old, new, 1), source="mine.toml")
    assert says in str(error.value)
    assert str(error.value).startswith("mine.toml")
    assert "\n" not in str(error.value)


def test_no_indicator_in_any_pillar():
    with pytest.raises(UserError, match="no pillar has an indicator"):
        parse_framework('name = "mine"\nindicators = []')


def test_frameworks_are_found_by_name_or_path(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)
    assert load_framework(file) == parse_framework(GOOD)
    with pytest.raises(UserError, match="did you mean 'observable'"):
        load_framework("obsrvable")
    file.write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(UserError, match="save it as UTF-8"):
        load_framework(file)


def test_a_pillar_without_a_weight_has_no_indicators():
    with pytest.raises(UserError, match="is of pillar supply, which has no weight"):
        framework(indicator("a"), pillar_weights=(("demand", 1.0),))


def test_every_field_can_be_changed():
    plain = framework(indicator("a"))
    assert replace(plain, weighting="pca") != plain
    assert {spec.name for spec in fields(Framework)} >= {"normalization", "imputation", "refit"}
