"""The thesis's vocabulary: tracks, industries and chains as baskets of sectors (T1–T3, V1–V2, R3).

A claim that names an industry wider or narrower than a Shenwan level-1 sector
is mapped to the nearest sectors; every mapping is a choice, and evidence shows how much a verdict
depends on it. The mappings are in `taxonomy.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backtest.strategy.basket import Basket, EventBaskets
from backtest.validation import shipped_toml
from strategies.industries import industries

_TABLE = shipped_toml("strategies", "taxonomy.toml")


def _baskets(entries: Mapping[str, Any]) -> dict[str, Basket]:
    return {
        name: Basket.of(name, **{**entry, "claims": tuple(entry["claims"])})
        for name, entry in entries.items()
    }


TRACKS = _baskets(_TABLE["tracks"])  # T1
TECHNOLOGY, MANUFACTURING, MEDICINE = TRACKS.values()
EMERGING = industries("T2", _TABLE["emerging"])
FUTURE = industries("T3", _TABLE["future"])
CHAINS = _baskets(_TABLE["chains"])  # V1, V2, R3
EXPORT_ELECTROMECHANICAL = CHAINS["export_electromechanical"]
EXPORT_HOUSING, EXPORT_CAPEX = CHAINS["export_housing"], CHAINS["export_capex"]

# The two sides of the rotation (R2, R7): plain unions. Electronics, automobiles and machinery stand
# on both, because the thesis names them both as export chains (V2a, V2c) and as tracks (T1).
TRADITIONAL = Basket.of(
    "traditional",
    dict.fromkeys((sector for chain in CHAINS.values() for sector in chain.sectors), 1.0),
    claims=("R2", "R3", "V1", "V2a", "V2b", "V2c"),
    title="Traditional productivity",
    title_zh="传统生产力",
)
NQP = Basket.of(
    "nqp",
    [sector for track in TRACKS.values() for sector in track.sectors],
    claims=("T1", "R7"),
    title="New quality productivity",
    title_zh="新质生产力",
)
BASKETS = {**TRACKS, **EMERGING, **FUTURE, **CHAINS, TRADITIONAL.name: TRADITIONAL, NQP.name: NQP}

# What an event is about: a basket by name or title, NQP where it names none.
EVENT_BASKETS = EventBaskets(tuple(BASKETS.values()), NQP)


@dataclass(frozen=True)
class PolicyKind:
    """A kind of policy event (P1 to P3 and what stands beside them), in the report's words.

    Attributes
    ----------
    id : str
        "P1.2" is below "P1".
    basket : str
        What events of the kind should lift.
    """

    id: str
    title: str
    title_zh: str
    basket: str = NQP.name

    @property
    def depth(self) -> int:
        """How far below the top it stands."""
        return self.id.count(".")


POLICY_KINDS = {name: PolicyKind(name, **entry) for name, entry in _TABLE["kinds"].items()}
