"""Evidence: whether a report's claims held, and whether a strategy's profit is significant.

`scorecard` gives a verdict for every claim, `examine` takes a strategy apart. Claims, baskets and
events come in as values: nothing here knows an instrument, a sector or a year.
"""

from backtest.evidence.attribution import Attribution, attributions, partition
from backtest.evidence.events import EventStudy, detected, study
from backtest.evidence.examine import StrategyEvidence, examine
from backtest.evidence.finding import ClaimFinding
from backtest.evidence.foresight import Foresight
from backtest.evidence.placebo import PlaceboTest
from backtest.evidence.scorecard import Scorecard, scorecard

__all__ = [
    "Attribution",
    "ClaimFinding",
    "EventStudy",
    "Foresight",
    "PlaceboTest",
    "Scorecard",
    "StrategyEvidence",
    "attributions",
    "detected",
    "examine",
    "partition",
    "scorecard",
    "study",
]
