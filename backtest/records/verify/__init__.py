"""Verify: run a folder's backtest again from its manifest and compare byte by byte.

Nothing in a manifest is trusted: strategies are
picked by name from those handed in, markets by their snapshot.
"""

from backtest.records.verify.difference import Difference
from backtest.records.verify.rerun import Verification, again, verify

__all__ = ["Difference", "Verification", "again", "verify"]
