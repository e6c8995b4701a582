"""On which window and terms of trade the board shows a variant."""

from dataclasses import dataclass, fields

from backtest.costs import Costs, cost_model
from backtest.engine.benchmarks import compared_with
from backtest.market import Market
from backtest.market.episodes import EPISODES

ALL, OWN = "all sessions", "default"
COSTS = ("etf", "stock", "free")
FILLS = ("open", "close")


@dataclass(frozen=True)
class BoardTerms:
    """What `run` would be given; the defaults are its own."""

    costs: str = "etf"
    fill: str = "open"
    start: str | None = None
    end: str | None = None
    benchmark: str | None = None

    @property
    def model(self) -> Costs:
        """What trading costs."""
        return cost_model(self.costs)

    @property
    def changed(self) -> str:
        """The terms that are not a run's defaults, as its arguments."""
        usual = BoardTerms()
        names = [spec.name for spec in fields(self)]
        told = {name: getattr(self, name) for name in names}
        return "".join(
            f", {name}={value!r}" for name, value in told.items() if value != getattr(usual, name)
        )

    def market(self, whole: Market) -> Market:
        """Return a market cut off at the end, with what to compare with."""
        return compared_with(whole if self.end is None else whole.until(self.end), self.benchmark)


def windows(market: Market) -> dict[str, tuple[str | None, str | None]]:
    """Return what can be chosen: all sessions, from a year on, and named episodes, as they fit."""
    first, last = market.sessions[0], market.sessions[-1]
    found: dict[str, tuple[str | None, str | None]] = {ALL: (None, None)}
    found |= {f"from {year}": (f"{year}-01-01", None) for year in range(first.year + 1, last.year)}
    found |= {
        name: (known.first, known.last)
        for name, known in EPISODES.items()
        if f"{first:%Y-%m-%d}" <= known.first and known.last <= f"{last:%Y-%m-%d}"
    }
    return found
