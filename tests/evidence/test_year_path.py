"""A rotation's path through a year: spells, halves, signs and what has to lead, by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
import pytest

from backtest.costs import CostModel
from backtest.data.sample import sample_market
from backtest.engine.run import run
from backtest.evidence.year_path import year_path
from backtest.market.market import EQUAL_WEIGHT
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import equal
from backtest.triggers import Always, SeriesAbove
from backtest.views.sections.year import the_year
from backtest.views.words import Words
from strategies import EqualWeight, ThesisRotation
from tests.markets import make_market

CALENDAR = ("b", "a")


@dataclass(frozen=True)
class Flagged(TriggerRotation):
    """Machinery while the flag is up, else steel."""

    must_lead: ClassVar[Mapping[str, str]] = {"a": "b", "b": "a"}

    def rules(self):
        return {"a": SeriesAbove("flag", 0.5), "b": Always()}

    def baskets(self, market):
        return {"a": equal(market, ["machinery"]), "b": equal(market, ["steel"])}


@pytest.fixture(scope="module")
def path():
    """Follow ten sessions from 2024-06-24; what is decided after one is filled at the next close.

    So the flag of sessions 0 and 1 holds machinery over 2 and 3, that of 5 to 7 over 7 to 9.
    """
    market = make_market(
        close={
            "machinery": [10, 11, 11, 11, 11, 11, 11, 22, 22, 22],
            "steel": [10, 10, 10, 20, 20, 20, 20, 20, 20, 10],
        },
        opens=False,
        start="2024-06-24",
        series={"flag": [1, 1, 0, 0, 0, 1, 1, 1, 1, 1]},
    )
    result = run(Flagged(), market, costs=CostModel.from_bps(commission=100))
    return year_path(result, 2024, CALENDAR)


def test_spells(path):
    spells = path.spells
    assert spells["held"].tolist() == ["cash", "a", "b", "a"]
    assert [f"{day:%m-%d}" for day in spells["from"]] == ["06-24", "06-26", "06-28", "07-03"]
    assert [f"{day:%m-%d}" for day in spells["to"]] == ["06-25", "06-27", "07-02", "07-05"]
    assert spells["sessions"].tolist() == [2, 2, 3, 3]
    assert spells["a"].tolist() == pytest.approx([0.1, 0, 0, 1])
    assert spells["b"].tolist() == pytest.approx([0, 1, 0, -0.5])
    # 1,000,000 buy 990,099 of machinery for 9,901; then 1 % on both sides of each switch
    assert spells["costs"].tolist() == pytest.approx([1 / 101, 2 / 101, 2 / 101, 0])
    factor = 0.99 / 1.01
    assert spells["returned"].tolist() == pytest.approx([1 / 1.01 - 1, factor - 1, factor - 1, 1])


def test_halves(path):
    halves = path.halves
    assert halves.index.tolist() == ["2024-H1", "2024-H2"]
    assert halves["calendar"].tolist() == ["b", "a"]
    assert halves["by calendar"].tolist() == pytest.approx([1, 1])
    assert halves["returned"].tolist() == pytest.approx([0.99 / 1.01**2 - 1, 2 * 0.99 / 1.01 - 1])
    assert halves[EQUAL_WEIGHT].tolist() == pytest.approx([1.05 * 1.5 - 1, 1.5 * 0.75 - 1])


def test_what_has_to_lead(path):
    tests = path.tests.set_index(["when", "held"])
    # machinery doubled on 07-03; steel doubled on 06-27 and halved on 07-05, both while it was not
    # held; while it was, neither moved
    assert tests.loc[("2024", "a"), ["returned", "other"]].tolist() == pytest.approx([1, 0])
    assert tests.loc[("2024", "b"), ["returned", "other"]].tolist() == pytest.approx([0, 0])
    assert tests.loc[("2024", "a"), "sessions"] == 5
    assert not path.refuted
    swapped = path.tests.assign(returned=path.tests["other"], other=path.tests["returned"])
    assert type(path)(**{**vars(path), "tests": swapped}).refuted


def test_signs(path):
    (sign,) = path.signs.index
    assert sign == "flag, above 0.5 percentage points"
    row = path.signs.loc[sign]
    assert (row["first half"], row["second half"]) == (2 / 5, 1)
    assert (f"{row['first']:%m-%d}", f"{row['last']:%m-%d}") == ("06-24", "07-05")


def test_only_for_rotations_by_rules_and_years_there_are():
    market = sample_market().until("2016-12-30")
    assert year_path(run(EqualWeight(), market), 2016, CALENDAR) is None
    assert year_path(run(ThesisRotation(), market), 2024, CALENDAR) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_section_says_what_the_tables_hold(path, language):
    section = the_year(path, Words(language))
    assert len(section.sentences) == 5
    assert "06-26" in section.sentences[0]
    assert "+100.0%" in section.sentences[1]
    spells, halves, tests, signs = section.tables
    assert len(spells.cells) == 4
    assert halves.cells.iloc[0].tolist()[1] == "+100.0%"
    assert len(tests.cells) == 4
    assert signs.cells.iloc[0].tolist()[1:3] == ["40%", "100%"]
    (chart,) = section.charts
    rows = list(chart.panels[0].rows.values())
    assert all(isinstance(values, pd.Series) and len(values) == 10 for values in rows)


def test_overlays_are_counted_and_the_spells_make_the_year():
    result = run(ThesisRotation(), sample_market())
    path = year_path(result, 2024, ("traditional", "nqp"))
    inside = result.returns["2024"]
    assert (1 + path.spells["returned"]).prod() == pytest.approx((1 + inside).prod())
    assert path.spells["sessions"].sum() == len(inside)
    held = result.regime["2024"]
    counted = sum(count for row in path.spells["with"] for count in row.values())
    assert counted == held.str.count(r"\+").sum()
    assert set(path.spells["held"]) <= {"cash", "nqp", "defensive", "traditional"}
