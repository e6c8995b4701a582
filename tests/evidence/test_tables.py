"""What a scorecard and the evidence on a strategy show in a notebook."""

from dataclasses import replace

import pytest

from backtest.evidence import examine, scorecard
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source
from backtest.views.pages import page_of
from strategies import EqualWeight, ThesisRotation
from tests.markets import make_market
from tests.markup import HOSTILE, parsed, tables_of, text_of

REPORT = Source(HOSTILE, "报告", HOSTILE, "2020-02-28", 2020)
LEAD = Claim(
    id="L1",
    statement=HOSTILE,
    statement_zh="",
    observable="lead",
    window="H1",
    expects="above",
    refuted_by="",
    basket=Basket.of("pair", ["machinery", "auto"], title=HOSTILE),
)
AGAINST = replace(LEAD, id="L2", expects="below")
LATER = replace(LEAD, id="L3", window="H2")


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=450, start="2019-06-03", bond=True, name=HOSTILE)


@pytest.fixture(scope="module")
def card(market):
    return scorecard(REPORT, [LEAD, AGAINST, LATER], market.until("2020-09-30"), draws=49)


def test_a_scorecard_has_a_row_per_claim_with_number_interval_and_verdict(card):
    (rows,) = tables_of(card._repr_html_())
    assert rows[0] == [
        *("claim", "statement", "window", "value"),
        *("90% interval", "outcome", "evidence", "p", "reversed by"),
    ]
    finding = card["L1"]
    assert rows[1][:3] == ["L1", HOSTILE, "2020H1+"]
    assert rows[1][3] == f"{100 * finding.value:+.1f} points"
    low, high = (100 * value for value in (finding.interval.low, finding.interval.high))
    assert rows[1][4] == f"{low:+.1f} … {high:+.1f} points"
    assert rows[1][8] == f"{len(finding.turned)} of {len(finding.sensitivity)}"
    assert {rows[1][5], rows[2][5]} == {"● held", "● failed"}
    assert rows[3][5] == "● cannot tell"


def test_verdicts_have_different_colors(card):
    colors = [span.get("style") for span in parsed(card._repr_html_()).iter("span")]
    assert len(set(colors)) == len(colors) == 3


def test_a_scorecard_says_what_it_is_about(card):
    text = text_of(card._repr_html_())
    assert text.startswith(f"{HOSTILE} {HOSTILE}, 2020-02-28 · market {HOSTILE}, as of 2020-09-30")
    assert "SYNTHETIC DATA" in text
    assert card.sentences()[0] in text
    assert "(in sample)" in text
    assert "<script" not in card._repr_html_()
    counts = "1 held, 1 failed, 1 cannot tell"
    assert repr(card) == f"<Scorecard on synthetic {HOSTILE}, as of 2020-09-30: {counts}>"


def test_evidence_says_it_in_words_and_folds_its_tables(market):
    groups = [LEAD.basket]
    rotation = ThesisRotation(fall_bp=2, fall_window=20, rate_window=20, trend_window=20)
    found = examine(rotation, market, REPORT, groups=groups, draws=19, deals=5)
    html = found._repr_html_()
    text = text_of(html)
    assert text.startswith(f"thesis-rotation on {HOSTILE} synthetic data · 2019-06-03 … ")
    assert all(" ".join(sentence.split()) in text for sentence in found.sentences())
    folds = [summary.text for summary in parsed(html).iter("summary")]
    assert {"Attribution", "Switches", "Tests", "Largest drawdowns", "By regime"} <= set(folds)
    assert "What the rotation could be worth, from perfect foresight down" in text
    assert any(row[0] == HOSTILE for rows in tables_of(html) for row in rows)
    assert "<script" not in html
    assert len(repr(found)) < 200
    chinese = [table for section in page_of(found, "zh").sections for table in section.tables]
    assert not any("Sharpe" in table.cells for table in chinese)
    assert any("夏普比率" in table.cells for table in chinese)


def test_evidence_on_what_does_not_rotate_has_no_foresight(market):
    found = examine(EqualWeight(), market, REPORT, groups=[LEAD.basket], draws=19, deals=5)
    folds = [summary.text for summary in parsed(found._repr_html_()).iter("summary")]
    assert "Switches" not in folds
    assert "Foresight" not in text_of(found._repr_html_())
    assert "does not rotate between baskets" in text_of(found._repr_html_())
