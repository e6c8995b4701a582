"""
A result from elsewhere
=======================

``assess`` takes returns from any backtest, with what was held if you have it, and says what they
are worth after all that was tried. These are pure noise.
"""

import numpy as np
import pandas as pd

from backtest import assess

days = pd.bdate_range("2015-01-05", periods=2400)
noise = np.random.default_rng(7).normal(0.0002, 0.01, (len(days), 20))
honesty = assess(pd.DataFrame(noise, index=days).add_prefix("variant "))
print(honesty.verdict)
print(f"deflated Sharpe ratio of the best: {honesty.deflated_sharpe:.0%}")
