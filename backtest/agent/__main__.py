"""`python -m backtest.agent WORKSPACE [MAX_TRIALS]`: what `nqp mcp` becomes."""

import sys
from pathlib import Path

from backtest.agent.jobs import warm_up
from backtest.agent.server import server


def main() -> None:
    """Serve until the client goes."""
    workspace, *budget = sys.argv[1:]
    warm_up()
    server(Path(workspace), int(budget[0]) if budget else None).run("stdio")


if __name__ == "__main__":
    main()
