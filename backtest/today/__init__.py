"""Today: what a strategy holds now, what changes next, and which trigger is nearest to firing.

`today` asks it of a market as of its last session. Imports the plan, the costs, the calendar and
the triggers; simulates nothing but what the plan carries out.
"""

from backtest.today.account import Account, read_account
from backtest.today.outlook import STALE_AFTER, Today, today
from backtest.today.watch import Watched

__all__ = ["STALE_AFTER", "Account", "Today", "Watched", "read_account", "today"]
