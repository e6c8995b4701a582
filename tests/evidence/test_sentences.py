"""Words follow the numbers, in both languages."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.evidence.evaluate import evaluate
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source
from backtest.views.claim_sentences import amount
from tests.markets import make_market

REPORT = Source("report", "报告", "nobody", "2031-02-28", 2031)
LEAD = Claim("L", "They lead.", "领先。", "lead", "H1", "above", "they trail", margin=0.001)
LEAD = replace(LEAD, basket=Basket.of("b", ["auto"], title="Makers", title_zh="制造"))


def bursting(before):
    """Return a market whose car makers drift by `before` and jump for four sessions in April."""
    made = make_market(start="2030-06-03", sessions=420)
    drift = np.where(made.sessions < "2031-04-07", before, 0.0)
    jump = (made.sessions >= "2031-04-07") & (made.sessions <= "2031-04-10")
    noise = 0.002 * (-1.0) ** np.arange(420)
    close = made.close.copy()
    close["AUTO"] = 100 * np.cumprod(1.0 + drift + noise + 0.08 * jump)
    return replace(made, close=close)


@pytest.mark.parametrize(
    ("before", "english", "chinese"),
    [
        (-0.002, "None of it was visible before 2031-04-07.", "2031-04-07之前毫无显现。"),
        (0.0027, "before, ", "此前"),
    ],
)
def test_a_burst_is_dated(before, english, chinese):
    found = evaluate(LEAD, REPORT, bursting(before), draws=99)
    assert found.verdict == "held"
    assert "2031-04-07 to 2031-04-10 (4 sessions)" in found.sentence()
    assert english in found.sentence()
    assert "2031-04-07至2031-04-10（4个交易日）" in found.sentence("zh")
    assert chinese in found.sentence("zh")


def test_a_calm_half_has_no_burst_to_speak_of():
    made = make_market(start="2030-06-03", sessions=420)
    assert "is concentrated in" not in evaluate(LEAD, REPORT, made, draws=99).sentence()


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (0.0276, "return", "+2.8 points", "+2.8个百分点"),
        (-53.06, "bp", "-53 bp", "-53个基点"),
        (0.45, "share", "45%", "45%"),
        (0.532, "correlation", "+0.53", "+0.53"),
        (float("nan"), "return", "–", "–"),
    ],
)
def test_amounts(value, unit, english, chinese):
    assert amount(value, unit) == english
    assert amount(value, unit, "zh") == chinese
