"""Links: an index that is the prices goes with them; one that knows nothing cannot tell."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest import load_market
from backtest.composite import Indicator, composite
from backtest.errors import UserError
from backtest.evidence.composite_links import by_construction, links

DATED = (
    Indicator("pmi", "supply", "pmi", "monthly"),
    Indicator("easing", "distribution", "market.rate_change_60", "daily", direction="down"),
)


@pytest.fixture(scope="module")
def found():
    return composite(load_market("sample"), "observable")


def by_target(rows, span):
    return {link.target: link for link in rows if link.span == span}


def test_an_index_made_of_the_benchmark_goes_with_it(found):
    copied = replace(found, index=np.log(found.market.benchmark))
    same = by_target(links(copied), "same")["CSI 300"]
    assert same.correlation > 0.99
    assert same.verdict == "together"
    opposite = replace(found, index=-np.log(found.market.benchmark))
    assert by_target(links(opposite), "same")["CSI 300"].verdict == "apart"


def test_an_index_that_knows_the_next_span_is_found_out(found):
    told = replace(found, index=np.log(found.market.benchmark).shift(-20))
    assert by_target(links(told), "next")["CSI 300"].correlation > 0.99


def test_noise_cannot_tell(found):
    noise = np.random.default_rng(1).normal(size=len(found.index)).cumsum()
    rows = links(replace(found, index=pd.Series(noise, found.index.index)))
    assert {link.verdict for link in rows} == {"cannot tell"}


def test_intervals_hold_together_at_90_percent(found):
    rows = links(found)
    assert {link.interval.level for link in rows} == {1 - 0.1 / len(rows)} == {0.99}
    alone = replace(found, framework=replace(found.framework, indicators=DATED, tracks=()))
    assert {link.interval.level for link in links(alone)} == {1 - 0.1 / 4}


def test_only_an_index_made_of_prices_goes_with_them_by_construction(found):
    assert by_construction(found)
    dated = replace(found, framework=replace(found.framework, indicators=DATED))
    assert not by_construction(dated)


def test_correlation_is_that_of_spans_that_do_not_overlap(found):
    link = by_target(links(found), "same")["CSI 300"]
    ends = found.index.index[::-1][::20][::-1]
    both = pd.DataFrame(
        {
            "moved": found.index[ends].diff(),
            "earned": found.market.benchmark[ends].pct_change(fill_method=None),
        }
    ).dropna()
    assert link.spans == len(both)
    assert link.correlation == pytest.approx(both.corr().iloc[0, 1])
    assert link.interval.low < link.correlation < link.interval.high


def test_too_little_or_nothing_that_moves_cannot_tell(found):
    short = links(found, horizon=400)
    assert {link.verdict for link in short} == {"cannot tell"}
    flat = links(replace(found, index=found.index * 0.0 + 50.0))
    assert {link.verdict for link in flat} == {"cannot tell"}
    with pytest.raises(UserError, match="give 1 or more"):
        links(found, horizon=0)


def test_every_track_is_asked(found):
    assert set(by_target(links(found), "next")) == {
        "CSI 300",
        "all sectors",
        "lead of technology",
        "lead of manufacturing",
        "lead of medicine",
    }
