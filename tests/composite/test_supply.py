"""What a real market lacks of the Chinese statistics, how it can be had, and honest coverage."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from backtest.composite import composite, load_framework
from backtest.data.sources.supply import lacking
from backtest.views.index import index_page
from backtest.views.words import Words
from tests.markets import make_market


def test_each_of_the_24_statistics_has_a_way_and_what_is_given_counts():
    bare = replace(make_market(sessions=900, start="2021-01-04"), synthetic=False)
    china = load_framework("china")
    found = composite(bare, china)
    missing = lacking(found)
    assert Counter(one.way for one in missing) == {"fetch": 2, "akshare": 7, "file": 15}
    ways = {one.series: str(one.how) for one in missing}
    assert ways["pmi"] == "nqp data fetch NAME --source akshare --series pmi"
    assert ways["industrial_robots"] == "a file made with AKShare's macro_china_nbs_nation"
    assert all(one.publisher for one in missing)
    page = index_page(found, Words("zh"))
    section = next(one for one in page.sections if one.id == "lacking")
    assert len(section.tables[0].cells) == 24
    pmi = 50.0 + np.sin(np.arange(900) / 21.0)
    given = replace(bare, series=bare.series.assign(pmi=pmi, exports=2.0 * pmi))
    known = composite(given, china)
    assert {one.series for one in lacking(known)} == {*ways} - {"pmi", "exports"}
    ours = [one for one in china.concrete if one.pillar == "demand"]
    told = sum(one.weight for one in ours if one.series in ("pmi", "exports"))
    before, after = found.coverage["demand"].iloc[-1], known.coverage["demand"].iloc[-1]
    assert after - before == pytest.approx(told / sum(one.weight for one in ours))
    assert known.coverage["supply"].iloc[-1] == 0.0
