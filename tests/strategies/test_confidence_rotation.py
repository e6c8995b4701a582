"""ConfidenceRotation: in with the signs, out once they have gone for a while."""

import pytest

from backtest.errors import UserError
from backtest.triggers import Confidence
from strategies import ConfidenceRotation
from tests.markets import make_market


def test_it_turns_with_confidence_and_stays_until_it_has_gone_for_a_while():
    market = make_market(sessions=700, seed=5)
    strategy = ConfidenceRotation(confidence=3, leave_after=10, min_hold=1)
    nqp = strategy.regime(market) == "nqp"
    enter = Confidence(3).fires(market)
    assert nqp.any()
    assert not nqp.all()
    began = nqp & ~nqp.shift(fill_value=False)
    assert enter[began].all()
    ended = (~nqp & nqp.shift(fill_value=False)).to_numpy().nonzero()[0]
    gone = (~Confidence(2)).fires(market)
    assert all(gone.iloc[at - 9 : at + 1].all() for at in ended)


def test_parameters_are_checked():
    with pytest.raises(UserError, match=r"\.confidence was 5; give a number from 1 to 4"):
        ConfidenceRotation(confidence=5)
