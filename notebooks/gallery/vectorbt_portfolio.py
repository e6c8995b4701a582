"""
The result as a vectorbt portfolio
==================================

The same orders, costs and value as a daily ``vectorbt.Portfolio``, for whatever vectorbt offers.
"""

from backtest import load_market, run
from strategies import StaticBlend

result = run(StaticBlend(), load_market("sample"), start="2023-01-03")
portfolio = result.portfolio
print(f"largest difference: {abs(portfolio.value() / result.equity - 1).max():.1e}")
print(portfolio.stats(["total_return", "max_dd"]))
picture = result.plot()
