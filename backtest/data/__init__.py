"""From the outside world to a Market."""

from backtest.data.load import load_market

__all__ = ["load_market"]
