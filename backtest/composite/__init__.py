"""The composite NQP index: indicators, four pillars, one index, point in time (claims M1, M2).

Steps and names follow the OECD/JRC Handbook on
Constructing Composite Indicators (2008).

Examples
--------
>>> from backtest.composite import load_framework
>>> load_framework("observable").normalization
'z'
"""

from backtest.composite.composite import Composite, composite
from backtest.composite.framework import BUILT_IN, Framework, load_framework, parse_framework
from backtest.composite.indicator import DIRECTIONS, FREQUENCIES, PILLARS, Indicator
from backtest.composite.releases import published

__all__ = [
    "BUILT_IN",
    "DIRECTIONS",
    "FREQUENCIES",
    "PILLARS",
    "Composite",
    "Framework",
    "Indicator",
    "composite",
    "load_framework",
    "parse_framework",
    "published",
]
