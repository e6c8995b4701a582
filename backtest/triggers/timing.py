"""Triggers that wrap a trigger and give it memory: latch, minimum hold, confirmation, echo."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.triggers.algebra import AnyOf, Trigger
from backtest.triggers.reading import decided


@dataclass(frozen=True)
class Latch(Trigger):
    """On once `enter` fires, off once `leave` fires, otherwise as before.

    Where both fire at once it is off: doubt does not open a position. Unknown until either has
    fired; an unknown part does not fire.
    """

    enter: Trigger = parameter("what turns it on")
    leave: Trigger = parameter("what turns it off")

    def evaluate(self, market: Market) -> pd.Series:
        """Answer from the last of the two to have fired."""
        state = pd.Series(pd.NA, index=market.sessions, dtype="boolean")
        state = state.mask(self.enter.fires(market), True)
        return state.mask(self.leave.fires(market), False).ffill()


@dataclass(frozen=True)
class MinHold(Trigger):
    """An answer, once given, stands for at least `sessions` sessions.

    It answers as before until the part answers otherwise and the answer has stood for `sessions`
    sessions, the one of its change included; then it changes to the part's. Both directions count
    alike. The first answer known is no change and may be given up at once; before it the answer is
    unknown. Where the part is unknown later, the answer stays.
    """

    part: Trigger = parameter("what is asked")
    sessions: int = parameter("for which an answer stands", 20, "sessions", least=1)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer as the part did, except that a young answer is not given up."""
        answer = self.part.answer(market)
        known = answer.notna()
        wanted = answer.fillna(False).to_numpy(dtype=bool)
        held = np.zeros(len(wanted), dtype=bool)
        first = int(known.to_numpy().argmax())
        state, since = wanted[first], first - self.sessions
        answered = known.to_numpy()
        for session in range(first, len(wanted)):
            changed = answered[session] and wanted[session] != state
            if changed and session - since >= self.sessions:
                state, since = wanted[session], session
            held[session] = state
        return decided(pd.Series(held, index=market.sessions), known=known.cummax())


@dataclass(frozen=True)
class Confirmed(Trigger):
    """The part has said yes for `sessions` sessions in a row, this one included.

    No where it said no in one of the last `sessions` sessions; else, where some of them are unknown
    or lie before the market's first, unknown.
    """

    part: Trigger = parameter("what is asked")
    sessions: int = parameter("in which it has to say yes", 5, "sessions", least=1)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer no after any no in the window; unknown while the window is not known."""
        answer = self.part.answer(market)
        yes = answer.fillna(False).astype(float).rolling(self.sessions).sum() >= self.sessions
        any_no = (~answer).fillna(False).astype(float).rolling(self.sessions, min_periods=1).sum()
        return decided(yes, known=yes | (any_no > 0))


@dataclass(frozen=True)
class Recently(Trigger):
    """The part has said yes at least once in the last `sessions` sessions, this one included.

    Else no; unknown as long as the part has never been known.
    """

    part: Trigger = parameter("what is asked")
    sessions: int = parameter("for which a yes counts", 20, "sessions", least=1)

    def evaluate(self, market: Market) -> pd.Series:
        """Answer yes for a while after each yes; unknown while no answer has been known."""
        answer = self.part.answer(market)
        yes = answer.fillna(False).astype(float).rolling(self.sessions, min_periods=1).sum() > 0
        return decided(yes, known=answer.notna().cummax())


def in_force(states: Mapping[str, Trigger], sessions: int) -> dict[str, Trigger]:
    """Return for each of several states that exclude each other when it is in force.

    A state is `Confirmed` once it has stood `sessions` sessions in a row, and in force from its
    confirmation to the confirmation of another; before the first confirmation none is.
    """
    confirmed = {name: Confirmed(state, sessions) for name, state in states.items()}
    return {
        name: Latch(
            enter=state,
            leave=AnyOf(tuple(other for key, other in confirmed.items() if key != name)),
        )
        for name, state in confirmed.items()
    }
