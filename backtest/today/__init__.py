"""Today: what a strategy holds now, what changes next, and which trigger is nearest to firing.

`today` asks it of a market as of its last session.
"""

from backtest.today.account import Account, read_account
from backtest.today.age import STALE_AFTER
from backtest.today.monitor import Monitored
from backtest.today.today import Today, today

__all__ = ["STALE_AFTER", "Account", "Monitored", "Today", "read_account", "today"]
