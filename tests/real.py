"""The real sector market, built from the folder that NQP_MARKET_DATA names; never committed."""

from __future__ import annotations

import functools
from pathlib import Path

from backtest.data.align import build_market
from backtest.data.intake import Sources, read_sources
from backtest.market import Market


@functools.cache
def real_market(folder: Path) -> Market:
    """Return the 31 Shenwan indices with CSI 300, yields and the bond fund, 2014 to 2026."""
    intake = read_sources(
        Sources(
            prices=folder / "shenwan",
            universe="shenwan",
            benchmark=folder / "csi300.csv",
            bond=folder / "511260.csv",
            series=(folder / "rates.csv",),
        )
    )
    return build_market(intake.raw, name="real", snapshot="real")
