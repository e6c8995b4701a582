"""Verdicts on made-up markets in made-up years: hand-computed, dated, sensitive, synthetic."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.evidence import scorecard
from backtest.evidence.evaluate import evaluate
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source
from tests.markets import make_market

REPORT = Source("report", "报告", "nobody", "2031-02-28", 2031)
BUILD = Basket.of("build", ["construction", "real_estate"], title="Builders", title_zh="建筑链")
LEAD = Claim("L", "Builders lead.", "建筑领先。", "lead", "H1", "above", "they trail", margin=0.001)
LEAD = replace(LEAD, basket=BUILD)
DAYS = ("2030-12-31", "2031-06-30")
RATE = Claim("Y", "Yields fall.", "利率下行。", "rate_change", "H2", "below", "they rise")


def market(**options):
    """Return two years of a market of six sectors, from June 2030."""
    return make_market(start="2030-06-03", sessions=420, bond=True, **options)


def drifting(name, drift, **options):
    """Return a market in which one sector gains by the same factor every session."""
    made = market(**options)
    close = made.close.copy()
    close[name] = 100.0 * (1.0 + drift) ** np.arange(len(close))
    return replace(made, close=close)


def test_value_is_the_lead_bought_and_held():
    made = market()
    found = evaluate(LEAD, REPORT, made, draws=200)
    prices = made.close.drop(columns="BOND")
    gains = prices.loc["2031-06-30"] / prices.loc["2030-12-31"] - 1.0
    expected = gains[["CONSTRUCTION", "REAL_ESTATE"]].mean() - gains.mean()
    assert found.value == pytest.approx(expected)
    assert (found.start, found.end) == (pd.Timestamp("2030-12-31"), pd.Timestamp("2031-06-30"))
    assert found.window == "2031H1"
    assert found.parts["against"] == pytest.approx(gains.mean())
    assert found.instruments == ("CONSTRUCTION", "REAL_ESTATE")
    assert found.interval.low < found.value < found.interval.high


def test_verdict_follows_the_sign_and_names_what_turns_it():
    found = evaluate(LEAD, REPORT, drifting("CONSTRUCTION", 0.004), draws=200)
    assert found.verdict == "held"
    labels = {row.label: row.verdict for row in found.sensitivity}
    assert labels["without real estate"] == "held"
    assert "without construction & decoration" in labels
    assert "against Benchmark" in labels
    assert "after the report only" in labels
    fell = evaluate(LEAD, REPORT, drifting("CONSTRUCTION", -0.004), draws=200)
    assert fell.verdict == "failed"


def test_index_and_fund_tell_their_own_story():
    """The indices of builders fall behind, the funds on them lead: the scorecard shows both."""
    made = make_market(start="2030-06-03", sessions=420, per_sector=2)
    days = np.arange(420)
    close = made.close.copy()
    close["CONSTRUCTION"] = 100 * 0.997**days
    close["CONSTRUCTION-2"] = 100 * 1.004**days
    listed = tuple(
        replace(one, kind="etf" if one.id.endswith("-2") else "index")
        for one in made.universe.instruments
    )
    both = replace(made, close=close, universe=replace(made.universe, instruments=listed))
    found = evaluate(replace(LEAD, basket=Basket.of("b", ["construction"])), REPORT, both, draws=99)
    rows = {row.label: row.verdict for row in found.sensitivity}
    assert rows["indices only"] == "failed"
    assert rows["listed funds only"] == "held"
    assert found.turned
    assert "1 of 8 alternative definitions reverses the verdict: " in found.sentence()


def test_another_market_is_another_row():
    made, other = drifting("CONSTRUCTION", 0.004), drifting("CONSTRUCTION", -0.01)
    other = replace(other, name="funds")
    card = scorecard(REPORT, [LEAD], made, others=[other], draws=99)
    row = next(row for row in card["L"].sensitivity if row.label.startswith("on funds"))
    assert (card["L"].verdict, row.verdict) == ("held", "failed")


def test_nothing_after_the_date_is_looked_at():
    made = drifting("CONSTRUCTION", 0.004)
    early = scorecard(REPORT, [LEAD, RATE], made.until("2031-04-30"), draws=99)
    assert early["L"].verdict == "cannot tell"
    assert early["L"].value > 0
    assert "2031-06-30" in early["L"].reason
    assert early["Y"].verdict == "cannot tell"
    assert np.isnan(early["Y"].value)
    again = scorecard(REPORT, [LEAD, RATE], made.until("2031-04-30"), draws=99)
    assert early["L"].value == again["L"].value
    assert early.as_of == pd.Timestamp("2031-04-30")


def test_windows_before_the_report_are_in_sample():
    made = market()
    late_report = replace(REPORT, dated="2031-08-31")
    assert evaluate(LEAD, late_report, made, draws=99).in_sample
    found = evaluate(LEAD, REPORT, made, draws=99)
    assert not found.in_sample
    assert 0.3 < found.known_share < 0.36
    assert "had passed when the report was published" in found.sentence()


def test_a_yield_that_falls_holds_in_basis_points():
    fall = np.linspace(3.0, 2.0, 420)
    found = evaluate(RATE, REPORT, market(series={"cn10y": fall}), draws=200)
    sessions = market().sessions
    inside = (sessions > "2031-06-30") & (sessions <= "2031-12-31")
    assert found.value == pytest.approx(-100.0 * inside.sum() / 419)
    assert found.verdict == "held"
    assert found.parts["swing"] == pytest.approx(0.0, abs=1e-9)


def test_what_a_market_lacks_cannot_be_told():
    made = make_market(start="2030-06-03", sessions=420)
    bulls = Claim("B", "Both rise.", "双牛。", "two_bulls", "H2", "above", "one falls")
    assert "no government bond" in evaluate(bulls, REPORT, made).reason
    elsewhere = replace(LEAD, basket=Basket.of("coal", ["coal"]))
    assert "no prices for coal" in evaluate(elsewhere, REPORT, made).reason
    short = make_market(start="2031-02-03", sessions=100)
    assert evaluate(LEAD, REPORT, short).reason.startswith("the record starts on 2031-02-03")
    other = replace(RATE, id="N", observable="moon")
    with pytest.raises(UserError, match="no observable 'moon'"):
        evaluate(other, REPORT, made)


def test_two_bulls_is_the_lesser_of_both():
    made = market()
    bulls = Claim("B", "Both rise.", "双牛。", "two_bulls", "H2", "above", "one falls")
    found = evaluate(bulls, REPORT, made, draws=99)
    ends = ["2031-06-30", "2031-12-31"]
    moved = [
        made.benchmark[ends].pct_change().iloc[1],
        made.close["BOND"][ends].pct_change().iloc[1],
    ]
    assert found.value == pytest.approx(min(moved))
    assert found.instruments == ("BENCHMARK", "BOND")


def test_appetite_counts_signs_and_recovery_compares_them():
    made = market()
    low = Claim("A", "Low.", "低。", "appetite", "H2", "below", "high", threshold=0.5)
    found = evaluate(low, REPORT, made, draws=99)
    assert 0 <= found.value <= 1
    assert found.value == pytest.approx(
        np.mean([found.parts[name] for name in ("trend", "breadth", "turnover", "calm")]), abs=0.02
    )
    back = Claim("C", "Back.", "恢复。", "recovery", "H2", "above", "not")
    rise = evaluate(back, REPORT, made, draws=99)
    assert rise.value == pytest.approx(rise.parts["end"] - rise.parts["start"])


def test_cohesion_finds_a_planted_track_and_no_other():
    made = market()
    random = np.random.default_rng(0)
    shared = random.normal(0.0, 0.02, 420)
    close = made.close.copy()
    for name in ("MACHINERY", "AUTO"):
        close[name] *= np.cumprod(1.0 + shared)
    track = Basket.of("track", ["machinery", "auto"])
    claim = Claim("T", "One track.", "一条赛道。", "cohesion", "after", "above", "no")
    claim = replace(claim, asserts="regularity", groups=(track,))
    found = evaluate(claim, REPORT, replace(made, close=close), draws=300)
    assert found.value > 0.5
    assert found.placebo.p == pytest.approx(1 / 15, abs=0.03)  # one pair of fifteen
    apart = replace(claim, groups=(Basket.of("none", ["computer", "pharma_biotech"]),))
    assert abs(evaluate(apart, REPORT, made, draws=99).value) < 0.25


def test_synthetic_is_said_and_json_is_plain():
    import json

    card = scorecard(REPORT, [LEAD, RATE], market(), draws=99)
    assert "synthetic" in card.sentences()[0]
    assert "合成数据" in card.sentences("zh")[0]
    document = json.loads(json.dumps(card.to_json(), allow_nan=False))
    assert document["synthetic"] is True
    first = document["claims"][0]
    for key in (
        "id",
        "statement",
        "window",
        "value",
        "interval",
        "placebo",
        "verdict",
        "in_sample",
    ):
        assert key in first
    assert sum(card.counts.values()) == 2
    assert len(card.table) == 2
    assert "synthetic data" in card._repr_html_()


@pytest.mark.parametrize("seed", range(3))
def test_claims_on_noise_are_not_beyond_chance(seed):
    """Where there is nothing, some claims hold; after Holm none beyond chance."""
    pairs = [("machinery", "auto"), ("computer", "construction"), ("real_estate", "auto")]
    claims = [
        replace(LEAD, id=f"N{k}", basket=Basket.of("n", pair)) for k, pair in enumerate(pairs)
    ]
    card = scorecard(REPORT, claims, market(seed=seed), draws=99)
    assert not any(finding.beyond_chance for finding in card.findings)


def test_a_report_dated_at_the_start_of_the_record_is_told_what_is_missing():
    import json

    made = market()
    measured = ("lead", "rate_change", "two_bulls", "appetite", "recovery")
    for day in (0, 1, 2, 11):
        dated = f"{made.sessions[day]:%Y-%m-%d}"
        early = replace(REPORT, dated=dated)
        claims = [
            replace(LEAD, id=name, observable=name, window="before", margin=0.0)
            for name in measured
        ]
        card = scorecard(early, claims, made, draws=9)
        json.dumps(card.to_json(), allow_nan=False)
        assert all(card.sentences("zh"))
        assert {found.verdict for found in card.findings} == {"cannot tell"}


def test_a_week_earlier_or_later_is_another_reading():
    made = drifting("CONSTRUCTION", 0.004)
    rows = {row.label: row.value for row in evaluate(LEAD, REPORT, made, draws=9).sensitivity}
    prices = made.close.drop(columns="BOND")
    base, last = (made.sessions.searchsorted(day, side="right") - 1 for day in DAYS)
    gains = prices.iloc[last + 5] / prices.iloc[base] - 1.0
    expected = gains[["CONSTRUCTION", "REAL_ESTATE"]].mean() - gains.mean()
    assert rows["ending a week later"] == pytest.approx(expected)
    assert len([label for label in rows if "a week" in label]) == 4
