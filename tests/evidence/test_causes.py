"""What a claim is about: published series over its window, where a market has them."""

import numpy as np

from backtest.evidence.evaluate import evaluate
from strategies.claims import CLAIMS, REPORT
from tests.markets import make_market


def test_housing_starts_stand_beside_the_chain_they_are_behind():
    starts = np.linspace(1500.0, 1300.0, 420)
    sectors = ("light_manufacturing", "home_appliances", "textile_apparel", "machinery")
    market = make_market(
        sessions=420, start="2023-06-01", sectors=sectors, series={"us_housing_starts": starts}
    )
    claims = {claim.id: claim for claim in CLAIMS}
    finding = evaluate(claims["V2b"], REPORT, market)
    (cause,) = finding.causes
    window = finding.window_of
    assert (cause.start, cause.end) == (starts[window.base], starts[window.last])
    assert not cause.as_claimed
    said = f"us_housing_starts {cause.start:,.4g} at the start, {cause.end:,.4g} at the end"
    assert said in finding.sentence()
    assert finding.to_json()["about"][0]["as_claimed"] is False
    assert evaluate(claims["V2a"], REPORT, market).causes == ()
