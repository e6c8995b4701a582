"""The verdicts on the real Shenwan data, where they are at hand; never committed."""

import os
from pathlib import Path

import pytest

from backtest.engine.run import run
from backtest.evidence import scorecard
from backtest.evidence.evaluate import evaluate
from backtest.evidence.year_path import year_path
from strategies import ThesisRotation
from strategies.claims import CLAIMS, REPORT, shipped_thesis
from tests.real import real_market

FOLDER = os.environ.get("NQP_MARKET_DATA")
if FOLDER is None:
    pytest.skip("NQP_MARKET_DATA names no folder with real data", allow_module_level=True)


@pytest.fixture(scope="module")
def market():
    return real_market(Path(FOLDER))


@pytest.fixture(scope="module")
def card(market):
    return scorecard(REPORT, CLAIMS, market, draws=500)


@pytest.mark.parametrize(
    ("claim", "part", "percent"),
    [
        ("V1", "against", -9.7),
        ("R7.medicine", "against", 17.8),
        ("V1", "subject", -13.2),
        ("R7.manufacturing", "subject", 20.5),
        ("R7.medicine", "subject", 8.6),
    ],
)
def test_numbers_are_those_of_the_thesis(card, claim, part, percent):
    assert 100 * card[claim].parts[part] == pytest.approx(percent, abs=0.06)


def test_the_benchmark_is_that_of_the_thesis(card, market):
    assert 100 * card["R6"].parts["stocks"] == pytest.approx(13.7, abs=0.06)
    first = market.benchmark["2024-06-28"] / market.benchmark["2023-12-29"] - 1.0
    assert 100 * first == pytest.approx(0.9, abs=0.06)


def test_the_other_half_of_the_table(market):
    """Steady growth in the second half; manufacturing and medicine in the first."""
    from dataclasses import replace

    claims = {claim.id: claim for claim in CLAIMS}
    for claim, window, percent in (
        ("V1", "H2", 14.7),
        ("R7.manufacturing", "H1", -10.5),
        ("R7.medicine", "H1", -21.1),
    ):
        found = evaluate(replace(claims[claim], window=window), REPORT, market, draws=50)
        assert 100 * found.parts["subject"] == pytest.approx(percent, abs=0.06)


def test_verdicts(card):
    verdicts = {finding.claim.id: finding.verdict for finding in card.findings}
    assert verdicts["R4"] == "held"
    assert card["R4"].value == pytest.approx(-53.06, abs=0.01)
    assert verdicts["R7.technology"] == verdicts["R7.manufacturing"] == "held"
    assert verdicts["R7.medicine"] == "failed"
    assert verdicts["R3"] == "failed"
    assert verdicts["P4"] == verdicts["R8"] == "cannot tell"


def test_r3_turns_with_what_stands_for_infrastructure(card):
    turned = {row.label for row in card["R3"].turned}
    assert "construction alone" in turned
    assert "without building materials" in turned
    assert "alternative definitions reverse the verdict" in card["R3"].sentence()


def test_the_burst_is_found_by_the_data(card):
    for track in ("technology", "manufacturing", "medicine"):
        found = card[f"R7.{track}"].concentration
        assert f"{found.start:%m-%d} {found.end:%m-%d}" == "09-24 10-08"
        assert found.made_it
    told = {track: card[f"R7.{track}"].sentence() for track in ("technology", "manufacturing")}
    assert "None of it was visible before 2024-09-24" in told["technology"]
    assert "Hardly any of it was visible before 2024-09-24" in told["manufacturing"]
    without = dict(card["R7.technology"].concentration.without_best)
    assert without[5] < 0


def test_on_the_eve_of_the_burst_nothing_had_held(market):
    early = scorecard(REPORT, CLAIMS, market.until("2024-09-23"), draws=100)
    for track in ("technology", "manufacturing", "medicine"):
        assert early[f"R7.{track}"].verdict == "cannot tell"
        assert early[f"R7.{track}"].value < 0.005


def test_half_a_year_proves_little(card):
    beyond = {finding.claim.id for finding in card.findings if finding.beyond_chance}
    assert not beyond & {"R2", "R3", "R4", "R6", "R7.technology", "R7.manufacturing"}
    assert card["R2"].interval.low < 0 < card["R2"].interval.high


def test_the_year_2024_of_the_thesis_beside_its_calendar(market):
    result = run(ThesisRotation(), market)
    decided = result.decided["2024"].str.partition("+")[0]
    turned = decided[decided.eq("nqp").ne(decided.shift().eq("nqp"))]
    assert [f"{day:%m-%d}" for day in turned.index] == ["03-01", "07-05", "10-09"]
    assert set(decided[:"2024-02-28"]) == {"defensive"}
    path = year_path(result, 2024, ("traditional", "nqp"))
    first = {name: f"{day:%m-%d}" for name, day in path.signs["first"].items()}
    assert first["confidence, at least 3 signs"] == "03-01"
    assert first["ten-year yield 60-session change, at most -10 bp"] == "01-02"
    held = path.spells[path.spells["held"] == "nqp"]
    assert held["sessions"].tolist() == [84, 59]
    assert held["nqp"].tolist() == pytest.approx([-0.085, 0.029], abs=0.001)
    assert held["traditional"].tolist() == pytest.approx([-0.079, 0.049], abs=0.001)
    assert path.refuted


def test_the_second_thesis_on_the_year_it_is_about(market):
    """Held, failed and open claims of July 2025; the first number by hand from closes."""
    thesis = shipped_thesis("anti-involution-2025")
    found = scorecard(thesis.source, thesis.claims, market, falsifiers=thesis.falsifiers, draws=20)
    verdicts = {item.claim.id: item.verdict for item in found.findings}
    assert {name for name, verdict in verdicts.items() if verdict == "held"} == {
        "I1",
        "I3",
        "I4",
        "I5",
    }
    assert (verdicts["I2"], verdicts["I6"]) == ("failed", "cannot tell")
    assert [one.outcome for one in found.settled] == ["not refuted"]
    close = market.sector_close
    grown = close.loc["2025-12-31"] / close.loc["2025-07-01"] - 1.0
    named = ["steel", "coal", "building_materials", "basic_chemicals", "power_equipment"]
    assert found["I1"].value == pytest.approx(grown[named].mean() - grown.mean(), abs=1e-12)
