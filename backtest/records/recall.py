"""The market a result was made on, found again by its snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from backtest.data.align import build_market
from backtest.data.intake import spoken
from backtest.data.load import SAMPLE, load_market
from backtest.data.store import NAME, history, market_names, read_snapshot
from backtest.errors import UserError
from backtest.market import Market
from backtest.records.record import unreadable


def recalled_market(manifest: Mapping[str, Any], named: str | Path | None = None) -> Market | None:
    """Return the market a manifest speaks of, cut as it was; None if it is not here any more.

    Parameters
    ----------
    named : str or Path, optional
        Where to look: a market's name or folder; by default the name in the manifest.

    Raises
    ------
    UserError
        If the market named has other data than the manifest's snapshot.
    """
    market = _stored(manifest) if named is None else load_market(named)
    if market is None:
        return None
    if market.snapshot != manifest["snapshot"]:
        if named is None:
            return None
        raise UserError(
            "market {named} is not the one of this run: its snapshot is {snapshot}, not "
            "{recorded}; name another",
            named=named,
            snapshot=market.snapshot[:12],
            recorded=manifest["snapshot"][:12],
        )
    first, last = (pd.Timestamp(day) for day in manifest["window"])
    if first not in market.sessions or last not in market.sessions:
        return None
    seen = market.until(last)
    seen = seen.from_launch() if manifest["strict_launch"] else seen
    try:
        since = pd.Timestamp(manifest.get("known_from", seen.sessions[0]))
    except (ValueError, TypeError) as error:
        raise unreadable("known_from") from error
    seen = seen.between(since, None)
    # A series added, or prices changed, before the run cannot be had again from the snapshot.
    return seen if manifest.get("content", seen.identity) == seen.identity else None


def _stored(manifest: Mapping[str, Any]) -> Market | None:
    """Return the snapshot from the store, or the sample."""
    name = manifest["market"]
    if name == SAMPLE:
        return load_market(SAMPLE)
    if not NAME.fullmatch(name):
        return None
    # A market may have been renamed since: its snapshot says which it is.
    everywhere = dict.fromkeys([name, *market_names()])
    for stored in (one for known in everywhere for one in history(known)):
        if stored.snapshot == manifest["snapshot"]:
            try:
                raw = read_snapshot(stored)
            except UserError:
                return None
            findings = spoken(stored.findings)
            return build_market(raw, name=name, snapshot=stored.snapshot, findings=findings)
    return None
