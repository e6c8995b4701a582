"""
Industries, and what stands for them
====================================

The future industries of the report (T3) as baskets, and what a market has of each: the nearest of
31 sectors here; on the 124 level-2 indices something finer, and for two of them nothing at all.
"""

import pandas as pd

from backtest import load_market, run
from backtest.render.plots import plot
from backtest.strategy.coverage import coverage
from strategies import BuyAndHold
from strategies.taxonomy import FUTURE

market = load_market("sample")
found = coverage(FUTURE.values(), market)
rows = {
    one.basket.name: [one.fits, ", ".join(one.members), ", ".join(one.same_as)] for one in found
}
print(pd.DataFrame.from_dict(rows, "index", columns=["here", "sectors", "the same as"]).to_string())

finer = FUTURE["future_displays"].on("shenwan-2")
print(f"on level 2: {finer.sectors}, {finer.coverage}, {finer.confidence} confidence: {finer.note}")

picture = plot(run(BuyAndHold(basket="future_displays"), market))
