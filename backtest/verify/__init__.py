"""Verify: run a folder's backtest again from its manifest and compare byte by byte.

Imports the engine and the report's folders. Nothing in a manifest is trusted: strategies are
picked by name from those handed in, markets by their snapshot.
"""

from backtest.verify.difference import Difference
from backtest.verify.rerun import Verification, verify

__all__ = ["Difference", "Verification", "verify"]
