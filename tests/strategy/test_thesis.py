"""A thesis in a file: read whole, or refused in one sentence that names the key and the fix."""

from importlib.resources import files

import pytest

from backtest.errors import UserError
from backtest.strategy.claim import days_of
from backtest.strategy.thesis import parse_thesis
from backtest.strategy.thesis_file import ThesisFile
from backtest.validation import schema
from strategies.claims import SHIPPED, shipped_thesis
from strategies.taxonomy import BASKETS, POLICY_KINDS

TEMPLATE = (files("strategies") / "theses" / "template.toml").read_text("utf-8")


def test_the_template_says_what_it_means():
    thesis = parse_thesis(TEMPLATE, BASKETS)
    assert [claim.id for claim in thesis.claims] == ["A1", "A2", "A3"]
    assert thesis.source.dated == "2024-06-28"
    lead = thesis.claims[1]
    assert lead.against is not None
    assert dict(lead.against.weights) == {"banks": pytest.approx(2 / 3), "utilities": 1 / 3}
    assert lead.variants[0].on("shenwan-2").sectors == ("801081", "801083")
    assert lead.variants[0].on("shenwan").sectors == ("electronics",)
    assert lead.refuted_by_zh == lead.refuted_by  # no Chinese was given
    assert thesis.claims[2].events == (("2024-07-22", "growth"), ("2024-09-24", "growth"))
    assert dict(thesis.claims[2].options) == {"horizon": 20}
    assert dict(thesis.rules)["growth"].startswith("MinHold(part=(RateFall(bp=10, window=60")
    assert [one.claims for one in thesis.falsifiers] == [("A1", "A2")]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_theses_are_files_in_two_languages(name):
    thesis = shipped_thesis(name)
    assert thesis.source.published_in
    for claim in thesis.claims:
        assert claim.statement != claim.statement_zh
        assert claim.refuted_by != claim.refuted_by_zh
    assert all(one.statement != one.statement_zh for one in thesis.falsifiers)


def test_a_claim_for_every_kind_of_policy_on_the_registers_events():
    thesis = shipped_thesis("policy-kinds")
    assert [claim.id for claim in thesis.claims] == list(POLICY_KINDS)
    claims = {claim.id: claim for claim in thesis.claims}
    assert len(claims["P1"].events) == sum(len(claims[f"P1.{k}"].events) for k in range(1, 6))
    assert {basket for _, basket in claims["V1"].events} == {"steady_growth"}
    assert ("2022-01-21", "nqp") not in claims["MK"].events  # known on the 20th itself
    assert ("2022-01-20", "nqp") in claims["MK"].events


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dated = 2024-06-28", 'dated = "June"', "dated must be a date such as 2024-02-29"),
        ("dated = 2024-06-28", "", "dated is missing; add it"),
        ("year = 2024", "yeer = 2024", "yeer is no key here; did you mean 'year'?"),
        ('window = "H2"', 'window = "H3"', "claim A1: 'H3' is not known"),
        ('window = "H2"', 'window = "2024-12-31/2024-07-01"', "is not known"),
        ('window = "H2"', 'windw = "H2"', "claims.A1.windw is no key here; did you mean 'window'?"),
        ('expects = "below"', 'expects = "lower"', "claim A1: 'lower' is not known"),
        ("margin = 0.5 ", 'margin = "x" ', "claims.A1.margin must be a number, was 'x'"),
        ("minimum = 2 ", "minimum = 0 ", "claims.A3.minimum was 0; give 1 or more"),
        (
            'basket = "growth"\nagainst',
            'basket = "grwth"\nagainst',
            "claims.A2: there is no basket 'grwth'; did you mean 'growth'?",
        ),
        ('sectors = ["electronics"]', 'sectors = ["chips"]', "baskets.chips: there is no sector"),
        ('sectors = ["electronics"]', "", "baskets.chips: give sectors, or weights by sector"),
        (
            "{ horizon = 20 }",
            "{ horizon = [20] }",
            "claims.A3.options.horizon must be a number or text, was [20]",
        ),
        (
            'events = "meetings"',
            'events = "meeting"',
            "claims.A3: there is no list of events 'meeting'; did you mean 'meetings'?",
        ),
        (
            'groups = ["growth"]',
            'groups = ["chips"]',
            "claims.A3.groups: there is no basket 'growth'",
        ),
        ('claims = ["A1", "A2"]', 'claims = ["A1", "B2"]', "there is no claim 'B2'"),
        ('claims = ["A1", "A2"]', "claims = []", "falsifiers.both.claims must be a list or table"),
        ('"RateFall(10, window=60)"', '"RateFall(ten)"', "claims.A1: there is no trigger"),
        ('"MinHold(A1', '"MinHold(A9', "rules.growth: there is no trigger 'A9'"),
        ('dividends = "Always()"', 'gold = "Always()"', "rules: there is no basket 'gold'"),
        (
            '"801083"',
            '"801999"',
            "baskets.chips.by_universe.shenwan-2: there is no sector or instrument '801999'",
        ),
        ("[claims.A1]", '[claims."<b>"]', "claims has '<b>'; give a name of letters"),
        ("[claims.A1]", "[claims.A1", "is not valid TOML"),
    ],
)
def test_a_fault_is_one_sentence(old, new, said):
    assert old in TEMPLATE
    with pytest.raises(UserError) as refused:
        parse_thesis(TEMPLATE.replace(old, new, 1), BASKETS, source="mine.toml")
    assert str(refused.value).startswith("mine.toml")
    assert said in str(refused.value)


def test_the_schema_knows_every_key_and_says_what_it_is():
    found = schema(ThesisFile)
    claim = found["$defs"]["ClaimEntry"]
    assert found["additionalProperties"] is False
    assert {"title", "author", "dated", "year", "claims"} == set(found["required"])
    assert claim["properties"]["refuted_by"]["description"] == "What refutes it, in words."
    for one in (found, *found["$defs"].values()):
        assert all("description" in entry for entry in one["properties"].values())


def test_a_window_may_name_its_days():
    first, last = days_of("2025-07-02/2025-12-31") or (None, None)
    assert f"{first:%Y-%m-%d} {last:%Y-%m-%d}" == "2025-07-02 2025-12-31"
    assert days_of("after") is None
