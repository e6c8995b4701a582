"""
Valuation and crowding
======================

How cheap a basket is against its own past, and how crowded, as triggers know both after each
session; then the sell side's rotation by prosperity, trend and crowding (景气度–趋势–拥挤度).
The sample has no valuations, so a made-up PE is added here as an import with `--valuation` would:
one earnings figure a year, known after the filing deadline of 30 April.
"""

from dataclasses import replace

from backtest import compare, load_market, run_many
from backtest.render.plots import plot
from backtest.triggers import Crowding, ValuationPercentile
from strategies import EqualWeight, ProsperityTrendCrowding, ValuationElasticity

sample = load_market("sample")
known_since = sample.sessions.year - (sample.sessions.month < 5)
grown = 20.0 * 1.02 ** (known_since - known_since[0])
series = {f"pe:{name}": level / grown for name, level in sample.sector_close.items()}
market = replace(sample, series=sample.series.assign(**series))

chips = ("electronics", "computer", "telecom")
cheap, crowded = ValuationPercentile(chips, below=0.3, years=5), Crowding(chips, years=3)
for trigger in (cheap, crowded):
    value = trigger.reading(market).value
    print(f"{trigger.label}: {value.iloc[-1]:.0%} now, true on {trigger.fires(market).sum()} days")

results = run_many([ValuationElasticity(), ProsperityTrendCrowding(), EqualWeight()], market)
print(compare(results))
picture = plot(results[0])
