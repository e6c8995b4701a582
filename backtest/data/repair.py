"""The way back from a damaged store: other manifests, older snapshots.

Nothing is removed: what is damaged is set aside, what is whole is pointed at again.
"""

import os
import re
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from backtest.atomic import locked, storing
from backtest.data.align import build_market
from backtest.data.quality import check
from backtest.data.store import (
    PATIENCE_SECONDS,
    Manifest,
    check_name,
    history,
    is_whole,
    read_manifest,
    read_snapshot,
    write_manifest,
)
from backtest.errors import UserError
from backtest.home import home

NAMED = re.compile(r"\b[0-9a-f]{64}\b")


def repair(name: str) -> str:
    """Make a stored market readable again, and say in one sentence what was done.

    A damaged manifest is taken from the market's history, or built anew from the snapshot it
    names; a damaged snapshot makes way for the one before.

    Raises
    ------
    UserError
        If there is no such market, or none of its snapshots is whole.
    """
    path = home() / "markets" / f"{check_name(name)}.json"
    with locked(name, "import", patience=PATIENCE_SECONDS):
        try:
            current: Manifest | None = read_manifest(name)
        except UserError:
            if not path.is_file() and not history(name):
                raise
            current = None
        if current is not None and is_whole(current.snapshot):
            return f"market {name} is whole; there is nothing to repair"
        found = _last_whole(name, current, path)
        with storing():
            if current is None and path.is_file():
                os.replace(path, path.with_name(f".damaged-{name}-{uuid4().hex}"))
            write_manifest(found)
    day = f"{found.snapshot[:12]} of {found.created[:10] or 'an unknown day'}"
    if current is None:
        return f"market {name} had a damaged manifest and is at snapshot {day} again"
    return (
        f"snapshot {current.snapshot[:12]} of market {name} is damaged; the market is back at "
        f"{day}, which ends on {found.last}: fetch or import what is missing since"
    )


def _last_whole(name: str, current: Manifest | None, path: Path) -> Manifest:
    known = {manifest.snapshot: manifest for manifest in history(name)}
    if current is not None:
        order = [current.snapshot, *current.previous]
    else:
        # What is left of the text names the current snapshot first, then the older ones.
        text = path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
        order = [*NAMED.findall(text), *known]
    candidates = list(dict.fromkeys([*order, *known]))
    whole = [snapshot for snapshot in candidates if is_whole(snapshot)]
    if not whole:
        raise UserError(
            "no snapshot of market {name} is whole; import or fetch it again under this name",
            name=name,
        )
    chosen = known.get(whole[0]) or _rebuilt(name, whole[0])
    others = tuple(snapshot for snapshot in candidates if snapshot != whole[0])
    return replace(chosen, previous=others)


def _rebuilt(name: str, snapshot: str) -> Manifest:
    """Return a manifest of what a snapshot itself says."""
    bare = Manifest(name, snapshot, "", "", "", 0, sources={"rebuilt_from": snapshot})
    raw = read_snapshot(bare)
    market = build_market(raw, name=name, snapshot=snapshot)
    return Manifest.of(market, bare.sources, check(raw.prices, raw.series, raw.universe))
