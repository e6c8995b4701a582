"""What is put into a market is found, and how much would be there by chance is said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.evidence.scorecard import scorecard
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source
from backtest.views.sections.readings import readings
from backtest.views.sections.verdicts import SHADES
from backtest.views.words import Words
from tests.markets import make_market

HALVES = ("2030-12-31", "2031-06-30", "2031-12-31")
REPORT = Source("report", "报告", "nobody", "2031-02-28", 2031)
PAIR = Basket.of("pair", ["machinery", "auto"], title="Makers", title_zh="制造")
LEAD = Claim("L", "They lead.", "领先。", "lead", "H1", "above", "they trail", basket=PAIR)
RATE = Claim("Y", "Yields fall.", "利率下行。", "rate_change", "H2", "below", "they rise")
AFTER = Claim("E", "They gain.", "上涨。", "after_events", "before", "above", "they do not")
AFTER = replace(AFTER, asserts="regularity", minimum=2, groups=(PAIR,))


@pytest.fixture(scope="module")
def market():
    return make_market(start="2026-01-01", sessions=1600, seed=3)


def raised(market, lift):
    """Return a market whose makers gain the logs of `lift` by session."""
    close = market.close.copy()
    for name in ("MACHINERY", "AUTO"):
        close[name] *= np.exp(np.cumsum(lift))
    return replace(market, close=close)


def test_a_lead_of_293_percent_is_beyond_chance_among_all_claims(market):
    inside = (market.sessions > "2030-12-31") & (market.sessions <= "2031-06-30")
    planted = raised(market, np.where(inside, np.log(3.93) / inside.sum(), 0.0))
    others = [replace(LEAD, id=f"N{k}", basket=Basket.of("one", ["computer"])) for k in range(15)]
    card = scorecard(REPORT, [LEAD, *others], planted, draws=99)
    assert card["L"].evidence == "beyond chance"
    assert card["L"].interval.low > 0.5
    assert "significant after correction for multiple testing: L." in card.sentences()[0]
    assert card["N1"].verdict == "failed"


@pytest.mark.parametrize(("gain", "verdict"), [(0.1, "held"), (0.0, "cannot tell")])
def test_ten_percent_after_each_of_24_events_is_found(market, gain, verdict):
    at = np.linspace(150, int(market.sessions.searchsorted(REPORT.published)) - 40, 24).astype(int)
    lift = np.zeros(len(market.sessions))
    for event in at:
        lift[event : event + 20] = np.log1p(gain) / 20
    dated = tuple((f"{market.sessions[k]:%Y-%m-%d}", "pair") for k in at)
    card = scorecard(REPORT, [replace(AFTER, events=dated)], raised(market, lift), draws=9)
    found = card["E"]
    assert found.verdict == verdict
    assert found.parts["events"] == 24
    assert found.parts["separate"] > 15
    assert (found.interval.low > 0.02) == (gain > 0)


def test_how_many_hold_by_chance_is_how_many_hold_on_other_dates(market):
    card = scorecard(REPORT, [LEAD, RATE], market, draws=9)
    prices, rate = market.close.to_numpy(), 100.0 * market.series["cn10y"].to_numpy()
    sessions = market.sessions
    makers = market.close.columns.get_indexer(["MACHINERY", "AUTO"])
    ends = [sessions.searchsorted(day, side="right") - 1 for day in HALVES]
    counts = []
    for shift in range(-len(sessions), len(sessions)):
        first, middle, last = (end + shift for end in ends)
        if abs(shift) < max(ends[1] - ends[0], ends[2] - ends[1]):
            continue
        if first < 0 or last >= len(sessions):
            continue
        gains = prices[middle] / prices[first] - 1.0
        led = gains[makers].mean() > gains.mean()
        counts.append(int(led) + int(rate[last] < rate[middle]))
    found = card.by_chance
    assert found.expected == pytest.approx(np.mean(counts))
    share = np.mean(np.array(counts) >= found.held)
    separate = len(counts) / max(ends[1] - ends[0], ends[2] - ends[1])
    assert found.p == pytest.approx((1 + share * separate) / (1 + separate))
    assert f"about {found.expected:.0f} of the 2" in card.sentences()[0]


def test_a_short_record_says_what_it_cannot_resolve():
    short = make_market(start="2030-12-02", sessions=170)
    card = scorecard(REPORT, [LEAD], short, draws=9)
    assert "too short to say how many" in card.sentences()[0]
    assert card["L"].evidence == "not resolved"
    assert card["L"].interval is None
    assert "No interval: the record has" in card["L"].sentence()


def test_readings_are_a_dot_each_where_the_verdict_turns(market):
    card = scorecard(REPORT, [LEAD], market, draws=9)
    (finding,) = card.findings
    chart = readings(card.findings, SHADES, Words("en"))
    assert (chart is not None) == bool(finding.turned)
    opposite = replace(finding, verdict="failed" if finding.verdict == "held" else "held")
    (panel,) = readings([opposite], SHADES, Words("zh")).panels
    assert panel.dots["value"].tolist() == [100 * row.value for row in finding.sensitivity]
    assert pd.Series(panel.dots["color"]).isin(SHADES.values()).all()
