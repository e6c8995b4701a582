"""Every leaf against answers worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.triggers import (
    AbnormalMove,
    BondUptrend,
    Breadth,
    CalendarHalf,
    CalmVolatility,
    Confidence,
    DateWindow,
    EquityRiskPremium,
    IndexAboveAverage,
    LowestValuation,
    RateBelowAverage,
    RateFall,
    SeriesAbove,
    SeriesBelow,
    SeriesChanged,
    TurnoverExpansion,
    TwoBull,
    ValuationGap,
    ValuationPercentile,
)
from backtest.triggers.valuation import percentile
from tests.markets import make_market

T, F, N = True, False, pd.NA


def flat(count):
    return {"machinery": [10.0] * count, "computer": [10.0] * count}


def rates(values):
    return make_market(close=flat(len(values)), series={"cn10y": values})


def test_rate_fall_of_exactly_the_threshold_counts():
    market = rates([2.60, 2.55, 2.50, 2.45])
    assert RateFall(bp=10, window=2).answer(market).tolist() == [N, N, T, T]
    assert RateFall(bp=10.1, window=2).answer(market).tolist() == [N, N, F, F]


def test_rate_below_its_average():
    # averages of two: 2.5, 2.45, 2.5
    market = rates([2.6, 2.4, 2.5, 2.5])
    assert RateBelowAverage(window=2).answer(market).tolist() == [N, T, F, F]
    assert RateBelowAverage(window=2, band=0.2).answer(market).tolist() == [N, F, F, F]


def test_bonds_rise_while_yields_are_below_average():
    market = rates([2.6, 2.4, 2.5, 2.4])
    assert BondUptrend(2).answer(market).tolist() == [N, T, F, T]


def test_series_levels_and_changes():
    market = rates([np.nan, 2.0, 3.0, 2.5])
    assert SeriesAbove("cn10y", 2.5).answer(market).tolist() == [N, F, T, F]
    assert SeriesBelow("cn10y", 2.5).answer(market).tolist() == [N, T, F, F]
    assert SeriesChanged("cn10y", 0.5, window=1).answer(market).tolist() == [N, N, T, F]
    assert SeriesChanged("cn10y", -0.5, window=1).answer(market).tolist() == [N, N, F, T]


def test_index_above_its_average_by_a_band():
    market = make_market(close=flat(4), benchmark=[100, 102, 104, 100])
    assert IndexAboveAverage(2).answer(market).tolist() == [N, T, T, F]
    # 102 against 101 is 0.990 % above, 104 against 103 is 0.971 %
    assert IndexAboveAverage(2, band=0.0098).answer(market).tolist() == [N, T, F, F]


def test_breadth_counts_sectors_above_their_own_average():
    market = make_market(
        close={"machinery": [1, 2, 3, 2], "computer": [3, 2, 1, 2], "auto": [np.nan, 1, 1, 2]}
    )
    #   above: session 1 machinery of two; 2 machinery of three; 3 computer, auto of three
    assert Breadth(0.5, 2).answer(market).tolist() == [N, T, F, T]
    assert Breadth(0.3, 2).answer(market).tolist() == [N, T, T, T]


def test_turnover_expands_against_its_long_mean():
    market = make_market(sessions=6, sectors=("machinery", "computer"))
    turnover = market.turnover.copy()
    turnover.iloc[:, 0] = [1, 1, 1, 1, 4, 1]
    turnover.iloc[:, 1] = 0.0
    from dataclasses import replace

    market = replace(market, turnover=turnover)
    #   ratio of the last one to the mean of four: 1, 4/1.75, 1/1.75
    answer = TurnoverExpansion(short=1, long=4, ratio=1.5).answer(market)
    assert answer.tolist() == [N, N, F, F, T, F]


def test_turnover_without_a_record_is_an_error_that_says_what_to_do():
    from dataclasses import replace

    market = replace(make_market(sessions=10), turnover=None)
    with pytest.raises(UserError, match="import prices with an amount column"):
        TurnoverExpansion().answer(market)


def test_calm_is_volatility_below_its_median():
    wild = [100, 110, 100, 110, 100, 110]
    calm = [100, 100.1, 100, 100.1, 100, 100.1, 100]
    market = make_market(close=flat(13), benchmark=wild + calm)
    answer = CalmVolatility(window=2, history=4).answer(market)
    assert answer.iloc[:5].isna().all()
    assert answer.iloc[-4:].any()
    assert not answer.iloc[5]


def test_confidence_counts_its_four_signs():
    market = make_market(sessions=400, seed=3)
    signs = [part.answer(market) for part in Confidence(1).signs.parts]
    count = sum(sign.fillna(False).astype(int) for sign in signs)
    known = sum(sign.notna().astype(int) for sign in signs) == 4
    for k in (1, 2, 3, 4):
        answer = Confidence(k).answer(market)[known]
        assert (answer.astype(bool) == (count >= k)[known]).all()


def test_valuations_against_their_past_each_other_and_the_yield():
    series = {
        "pe:computer": [20.0, 25.0, 50.0, -100.0, 10.0],  # earnings over price 5, 4, 2, −1, 10 %
        "pe:machinery": [10.0] * 5,
        "cn10y": [2.0] * 5,
    }
    market = make_market(close=flat(5), series=series)
    mine, other = ("computer",), ("machinery",)
    past = {"years": 4 / market.universe.sessions_per_year}  # four sessions; two have to be known
    # Dearer each session, dearest with a loss, then the cheapest of four; 10 is always as dear.
    assert list(ValuationPercentile(mine, **past).answer(market)) == [N, F, F, F, T]
    shares = percentile(market, mine, past["years"], "pe").tolist()
    assert shares[1:] == [1.0, 1.0, 1.0, 0.25]
    assert list(ValuationGap(mine, other, **past).answer(market)) == [N, F, F, F, T]
    assert list(LowestValuation(other, (mine, other), **past).answer(market)) == [N, T, T, T, F]
    # Premiums of 3, 2, 0, −3 and 8 points; of both alike 5.5, 5, 4, 2.5 and 8.
    assert list(EquityRiskPremium(3.0, mine).answer(market)) == [T, F, F, F, T]
    both = EquityRiskPremium(5.0, (*mine, *other)).reading(market).value
    assert both.tolist() == pytest.approx([5.5, 5.0, 4.0, 2.5, 8.0])


def test_two_bull_is_both_trends():
    market = make_market(sessions=300, seed=4)
    both = (IndexAboveAverage(60) & BondUptrend(60)).answer(market)
    pd.testing.assert_series_equal(TwoBull(60).answer(market), both)


def test_an_abnormal_move_needs_return_and_turnover():
    from dataclasses import replace

    market = make_market(sessions=200, seed=1)
    close, turnover = market.close.copy(), market.turnover.copy()
    close.iloc[180:, 1] *= 1.3
    quiet = replace(market, close=close)
    trigger = AbnormalMove(("computer",), sigmas=4, turnover=1.8, window=3, history=120)
    assert not trigger.fires(quiet).any()
    turnover.iloc[180:183, 1] *= 4
    loud = replace(quiet, turnover=turnover)
    assert trigger.fires(loud).to_numpy().nonzero()[0].tolist() == [180, 181, 182]


def test_an_abnormal_move_of_sectors_that_are_not_here_never_happens():
    assert not AbnormalMove(("coal",)).answer(make_market(sessions=50)).any()


def test_calendar_halves():
    market = make_market(sessions=400, start="2023-03-01")
    second = CalendarHalf(2).fires(market)
    assert (second == (market.sessions.month > 6)).all()
    only = CalendarHalf(2, year=2024).fires(market)
    assert (only == (second & (market.sessions.year == 2024))).all()
    assert (CalendarHalf(1).fires(market) == ~second).all()


def test_date_window_includes_both_ends():
    market = make_market(sessions=5, start="2024-01-01")
    assert DateWindow("2024-01-02", "2024-01-04").answer(market).tolist() == [F, T, T, T, F]


def test_a_missing_series_says_how_to_supply_it():
    with pytest.raises(UserError, match=r"has no series 'pmi'.*nqp data import.*--series"):
        SeriesAbove("pmi", 50).answer(make_market(sessions=5))


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: RateFall(window=0), "window was 0"),
        (lambda: RateBelowAverage(window=-1), "window was -1"),
        (lambda: Breadth(share=1.5), "share was 1.5; give a number from 0 to 1"),
        (lambda: TurnoverExpansion(short=60, long=20), "make long the longer window"),
        (lambda: CalmVolatility(history=0), "history was 0"),
        (lambda: Confidence(k=5), "give a number from 1 to 4"),
        (
            lambda: AbnormalMove(("computers",)).evaluate(make_market(sessions=5)),
            "did you mean 'computer'",
        ),
        (lambda: CalendarHalf(3), "half was 3; give 1 or 2"),
        (lambda: DateWindow("2024-13-01", "2024-12-01"), "write them as 2024-09-24"),
        (lambda: DateWindow("2024-12-01", "2024-11-01"), "swap them"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(build, says):
    with pytest.raises(UserError, match=says):
        build()
