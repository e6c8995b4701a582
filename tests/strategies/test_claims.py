"""The report's claims as values: complete, falsifiable, in two languages, free of years."""

import re

import pytest

from strategies.claims import CLAIMS, REPORT
from strategies.taxonomy import TRACKS

IDS = [claim.id for claim in CLAIMS]


def test_every_testable_claim_is_there_once():
    wanted = ["T1", "P4", "V1", "V2a", "V2b", "V2c", *(f"R{k}" for k in range(1, 7))]
    wanted += [f"R7.{track}" for track in TRACKS] + ["R8"]
    assert sorted(IDS) == sorted(wanted)


@pytest.mark.parametrize("claim", CLAIMS, ids=IDS)
def test_a_claim_says_what_refutes_it_in_both_languages(claim):
    assert claim.statement.endswith(".")
    assert claim.statement_zh.endswith("。")
    assert claim.refuted_by
    assert claim.refuted_by_zh
    assert claim.minimum >= (2 if claim.id in ("P4", "R8") else 8)  # events, else sessions
    assert "{" not in claim.statement + claim.statement_zh
    years = re.findall(r"20\d\d", claim.statement + claim.statement_zh + claim.window)
    assert not years, "a window is relative to the report's year"


@pytest.mark.parametrize("claim", CLAIMS, ids=IDS)
def test_baskets_and_their_variants_have_names_to_show(claim):
    for basket in (claim.basket, claim.against, *claim.variants, *claim.groups):
        if basket is not None:
            assert basket.title
            assert basket.title_zh


def test_outcomes_are_of_windows_and_regularities_of_events():
    kinds = {claim.id: claim.asserts for claim in CLAIMS}
    assert {name for name, kind in kinds.items() if kind == "regularity"} == {"T1", "P4", "R8"}
    halves = {claim.id: claim.window for claim in CLAIMS}
    assert {halves[name] for name in ("R1", "R2", "R3", "V1", "V2a")} == {"H1"}
    assert {halves[name] for name in ("R4", "R5", "R6", "R7.medicine")} == {"H2"}


def test_the_report_is_a_wall_in_february():
    assert f"{REPORT.published:%Y-%m-%d}" == "2024-02-29"
    assert REPORT.year == 2024
    milestones = next(claim for claim in CLAIMS if claim.id == "P4").events
    assert all(date <= REPORT.dated for date, _ in milestones)
