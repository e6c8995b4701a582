"""Evidence plots return their Axes and draw what the values say."""

import matplotlib as mpl
import pytest

from backtest import load_market
from backtest.evidence.examine import examine
from backtest.evidence.scorecard import scorecard
from strategies import RateRotation
from strategies.claims import CLAIMS, REPORT

mpl.use("Agg")

from backtest.render.plots import forest, placebo, rungs
from backtest.render.plots.style import pyplot


@pytest.fixture(scope="module")
def market():
    return load_market("sample")


@pytest.fixture(scope="module")
def evidence(market):
    from strategies.taxonomy import CHAINS, TRACKS

    return examine(
        RateRotation(),
        market,
        REPORT,
        groups=[*TRACKS.values(), *CHAINS.values()],
        draws=60,
        deals=40,
    )


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def test_forest_has_a_line_for_every_claim_in_the_unit(market):
    card = scorecard(REPORT, CLAIMS, market, draws=99)
    axes = forest(card)
    shown = [item for item in card.findings if item.unit == "return" and item.interval]
    labels = [tick.get_text() for tick in axes.get_yticklabels()]
    assert shown
    assert all(any(item.claim.id in label for label in labels) for item in shown)


def test_rungs_of_the_foresight(evidence):
    assert rungs(evidence.foresight).patches


def test_placebo_shows_where_the_strategy_lies(evidence):
    assert placebo(evidence.placebos[0]).patches
