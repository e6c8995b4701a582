"""Price into valuation and earnings by hand, R7 judged on valuations, and their elasticity."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtest.data import load_market
from backtest.evidence.elasticity import elasticity, regressed, reratings
from backtest.evidence.evaluate import evaluate
from backtest.evidence.leads import elsewhere_by
from backtest.evidence.observables import measured_by
from backtest.evidence.rerating import parts_of, rerating, sides, weights_of
from backtest.evidence.windows import between
from backtest.strategy.basket import Basket
from strategies.claims import CLAIMS, REPORT
from tests.command import nqp
from tests.markets import make_market

R7 = {claim.id: claim for claim in CLAIMS if claim.id.startswith("R7")}
PAIR = Basket.of("pair", ["machinery", "auto"])
DATA = Path("/work/shared/data")


def by_hand():
    """Two sectors: one doubles on its PE alone, the other on its earnings alone."""
    return make_market(
        close={"machinery": [10, 15, 20], "auto": [10, 15, 20]},
        series={
            "pe:MACHINERY": [10, 15, 20],
            "pe:auto": [20, 20, 20],
            "pe:BENCHMARK": [10, 10, 11],
        },
        benchmark=[100, 100, 100],
    )


def test_a_held_basket_splits_without_a_remainder():
    market = by_hand()
    window = between(market, market.sessions[1], market.sessions[2], "all")
    weights, absent = weights_of(market, PAIR)
    parts = parts_of(market, weights, window)
    # One each of 1.0: earnings 1/10 and 1/20 before, 1/10 and 2/20 at the end; the value doubles.
    assert parts.price.iloc[-1] == pytest.approx(math.log(2.0))
    assert parts.earnings.iloc[-1] == pytest.approx(math.log((0.1 + 0.1) / (0.1 + 0.05)))
    assert np.allclose(parts.price, parts.valuation + parts.earnings, atol=1e-15)
    assert absent == ()


def test_a_rerating_is_held_against_the_benchmarks_valuation():
    market = by_hand()
    claim = R7["R7.manufacturing"]
    window = between(market, market.sessions[1], market.sessions[2], "all")
    # Half of the track's sectors are listed here, half of its weight is enough.
    value = rerating(claim, market, window).value
    pe = 2.0 / (0.2 / 0.15)
    assert value == pytest.approx((pe - 1.0) - 0.1)
    assert elsewhere_by(sides)(claim, market, 2).iloc[-1] == pytest.approx(value)


def test_a_market_without_valuations_says_price_only():
    market = make_market(sessions=420, start="2023-06-01")
    finding = evaluate(R7["R7.medicine"], REPORT, market)
    assert (finding.basis, finding.claim.observable) == ("price only", "lead")
    assert "Price only: the market carries no valuation of it." in finding.sentence()
    assert "仅按价格" in finding.sentence("zh")


def test_errors_are_those_of_statsmodels():
    import statsmodels.api as sm

    draw = np.random.default_rng(5)
    causes = np.column_stack([np.ones(60), draw.normal(size=(60, 2))])
    answers = causes @ [1.0, 2.0, 3.0] + draw.normal(size=60) * (1.0 + np.abs(causes[:, 1]))
    theirs = sm.OLS(answers, causes).fit()
    slopes, errors, explained = regressed(answers, causes)
    assert slopes == pytest.approx(theirs.params)
    assert errors == pytest.approx(theirs.get_robustcov_results("HC3").bse)
    assert explained == pytest.approx(theirs.rsquared)


def test_elasticity_finds_the_response_that_was_put_in():
    sessions = 1500
    draw = np.random.default_rng(3)
    rate = 3.0 + 0.02 * np.cumsum(draw.normal(size=sessions))
    pe = np.exp(3.0 - 0.5 * rate + 0.002 * np.cumsum(draw.normal(size=sessions)))
    market = make_market(
        sessions=sessions, series={"cn10y": rate, "pe:PHARMA_BIOTECH": pe, "pe:BENCHMARK": pe}
    )
    found = elasticity(R7["R7.medicine"], market)
    # The log PE falls by 0.5 a percentage point: 10 bp less are 5 % more.
    assert found.rate_interval.low < 0.05 < found.rate_interval.high
    assert found.per_10bp == pytest.approx(0.05, abs=0.003)
    assert found.sign_interval.low < 0.0 < found.sign_interval.high


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not at hand")
def test_the_halves_of_2024_are_those_of_the_published_valuations(tmp_path, monkeypatch):
    """Figures of the data's own README, percent: price, PE."""
    shared = DATA / "valuation"
    broad = pd.read_csv(shared / "csi_broad_valuation.csv", dtype=str)
    broad = broad[broad["instrument"].isin(["399967", "399989"]) & (broad["date"] >= "2015-01-05")]
    whole = pd.concat([pd.read_csv(shared / "csi_theme_pe.csv", dtype=str), broad])
    whole = whole[whole["date"].between("2022-01-04", "2025-06-30")]
    whole[["date", "instrument", "close"]].to_csv(tmp_path / "prices.csv", index=False)
    whole[["date", "instrument", "pe"]].to_csv(tmp_path / "pe.csv", index=False)
    words = ("--prices", tmp_path / "prices.csv", "--universe", "csi-themes")
    extra = ("--series", DATA / "rates.csv", "--valuation", tmp_path / "pe.csv", "--json")
    done = nqp("data", "import", "themes", *words, *extra, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert "early_earnings" not in done.stdout
    monkeypatch.setenv("NQP_HOME", str(tmp_path / "home"))
    market = load_market("themes")
    found = reratings(CLAIMS, REPORT, market).to_json()
    said = {
        (row["what"], row["window"]): (round(100 * row["price"]), round(100 * row["valuation"]))
        for row in found["halves"]
    }
    published = {
        "2024H1": {
            "930713": (-5, -26),
            "H30590": (-15, -32),
            "399967": (-9, -5),
            "399989": (-25, -21),
            "market": (-9, 6),
        },
        "2024H2": {
            "930713": (27, 14),
            "H30184": (43, 28),
            "930651": (35, 39),
            "H30590": (22, 22),
            "399967": (18, 37),
            "399989": (10, 17),
            "market": (18, 12),
        },
    }
    for half, figures in published.items():
        for name, figure in figures.items():
            assert said[name, half] == figure, (name, half)
    assert {measured_by(claim, market)[1] for claim in R7.values()} == {"valuation"}
    tracks = [one["track"] for one in found["elasticity"]]
    assert tracks == ["technology", "manufacturing", "medicine"]
