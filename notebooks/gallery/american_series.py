"""
American series behind an export chain
======================================

Claims V2a to V2c are about American inventories, housing starts and orders of capital goods. Where
a market has these (`nqp data fetch NAME --source fred`, or files of FRED) the strategy decides by
them, from the day each was published; where it lacks one, by a yield, and says so. The starts here
are made up.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from backtest import load_market, run
from backtest.evidence.scorecard import evaluate
from backtest.render.plots import plot
from strategies import ExportChainRotation
from strategies.claims import CLAIMS, REPORT

sample = load_market("sample")
months = pd.period_range("2014-06", "2025-11", freq="M")
starts = 1300 + 150 * np.sin(np.arange(len(months)) / 9)
out = months.end_time.normalize() + pd.Timedelta(days=21)  # published by the 21st of the next month
known = pd.Series(starts, out).reindex(sample.sessions, method="ffill")
market = replace(sample, series=sample.series.assign(us_housing_starts=known))

result = run(ExportChainRotation(), market)
for warning in result.warnings:
    print(warning)
housing = next(claim for claim in CLAIMS if claim.id == "V2b")
print(evaluate(housing, REPORT, market).sentence())
picture = plot(result)
