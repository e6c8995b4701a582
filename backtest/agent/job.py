"""What an agent asks for, as it goes to the process that does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Job:
    """What an agent asked for.

    Attributes
    ----------
    tool : str
        The name of a function of `backtest.agent.work`.
    arguments : mapping
        What it is given.
    workspace, store : str
        The folders that may be read and written.
    asker : str
        Who asked, for the ledger.
    max_trials : int or None
        How many trials a market's record may hold.
    """

    tool: str
    arguments: Mapping[str, Any]
    workspace: str
    store: str
    asker: str
    max_trials: int | None
