"""ProsperityTrendCrowding: what rises and grows, but not what is crowded."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import equal
from backtest.triggers import Crowding
from backtest.triggers.crowding import against_past, crowding, together
from strategies import ProsperityTrendCrowding
from tests.markets import make_market, with_valuations


@dataclass(frozen=True)
class Calm(TriggerRotation):
    """Hold all sectors while machinery and auto are not crowded."""

    def rules(self):
        return {"all": ~Crowding(("machinery", "auto"))}

    def baskets(self, market):
        return {"all": equal(market)}


def test_correlation_and_percentiles_by_hand():
    market = make_market(sessions=80)
    moves = market.sector_close[["machinery", "auto", "computer"]].pct_change()
    pairs = [(0, 1), (0, 2), (1, 2)]
    last = moves.iloc[-10:].to_numpy()
    mean = np.mean([np.corrcoef(last[:, i], last[:, j])[0, 1] for i, j in pairs])
    assert together(moves, 10)[-1] == pytest.approx(mean)
    score = crowding(market, ("machinery",), 50 / 242, 10)
    spread = moves["machinery"].rolling(10).std()
    traded = market.sector_turnover
    share = traded["machinery"].rolling(10).sum() / traded.sum(axis=1).rolling(10).sum()
    expected = [(part.iloc[-50:] <= part.iloc[-1]).mean() for part in (spread, share)]
    assert score.iloc[-1] == pytest.approx(np.mean(expected))
    assert against_past(spread, 50).iloc[-1] == expected[0]


def test_a_crowded_sector_is_left_out_and_growth_counts_where_there_is_a_pe():
    market = make_market(sessions=400)
    strategy = ProsperityTrendCrowding(top=1, trend=20, crowded=1.0, years=0.2, window=10)
    weights = strategy.target_weights(market).dropna(how="all")
    rises = market.sector_close.pct_change(20).loc[weights.index]
    scores = {s: crowding(market, (s,), 0.2, 10) for s in market.by_sector}
    for day, row in weights.iterrows():
        free = [s for s in rises.columns if not scores[s][day] >= 1.0]
        assert row.idxmax() == rises.loc[day, free].idxmax().upper()
    assert any("prosperity is left out" in text for text in strategy.remarks(market))
    valued = with_valuations(market)
    assert strategy.remarks(valued) == ()
    silent = replace(valued, turnover=None)
    assert strategy.remarks(silent) == Calm().remarks(silent)
    assert "without turnover" in strategy.remarks(silent)[0]
    grown = strategy.prosperity(valued)["auto"]
    ratio = market.sector_close["auto"] / valued.series["pe:auto"]
    assert grown.iloc[-1] == pytest.approx(ratio.iloc[-1] / ratio.iloc[-1 - 242] - 1)
