"""
What to hold today
==================

What is held, what changes next, and how far each trigger is from firing.
"""

from datetime import date

from backtest import load_market
from backtest.today import today
from strategies import ThesisRotation

found = today(ThesisRotation(), load_market("sample"), now=date(2025, 12, 31))
print(found.sentence)
print(found.nearest_sentence)
print(found.holdings.round(2))
