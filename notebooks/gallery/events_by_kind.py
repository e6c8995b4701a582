"""
Policy events by kind
=====================

What followed the dated events of the register, by kind, with intervals that allow for overlap.
"""

from backtest import load_market
from backtest.evidence.event_kinds import study_file
from backtest.market.event_file import events_named
from strategies.taxonomy import EVENT_BASKETS

events = events_named("policy", EVENT_BASKETS.names)
studied = study_file(load_market("sample"), events, EVENT_BASKETS, by_kind=True)
print(studied.to_json()["kinds"][:2])
