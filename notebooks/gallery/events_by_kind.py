"""
Policy events by kind
=====================

What followed the dated events of the register, by kind, with intervals that allow for overlap.
"""

from importlib.resources import as_file, files

from backtest import load_market
from backtest.evidence.event_file import read_event_file
from backtest.evidence.event_kinds import study_file
from backtest.render.plots import plot
from strategies.taxonomy import BASKETS, NQP

with as_file(files("strategies") / "policy_events.csv") as path:
    events = read_event_file(path, BASKETS, default=NQP, name="policy")
studied = study_file(load_market("sample"), events, by_kind=True)
print(studied.table)
picture = plot(studied)
