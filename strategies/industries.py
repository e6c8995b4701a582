"""Industries of T2 and T3 as baskets, from the table of what stands for each on level 2."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from backtest.strategy.basket import Basket

LEVEL_2 = "shenwan-2"  # the universe whose sectors are Shenwan's level-2 indices
FUNDS = "cn-theme-etf"  # the universe whose sectors are funds by theme

LISTED = re.compile(r"\d{6} (?!.*not verified)")  # a fund whose listing is known


@cache
def mapping() -> Mapping[str, Mapping[str, str]]:
    """Return the table's rows by industry: codes, alternatives, coverage, confidence, reasoning.

    Examples
    --------
    >>> mapping()["future_displays"]["level2_codes"], mapping()["quantum_information"]["coverage"]
    ('801084', 'none')
    """
    text = (files("strategies") / "industries_to_level2.csv").read_text(encoding="utf-8")
    return {row["industry"]: row for row in csv.DictReader(text.splitlines())}


def industries(claim: str, sectors: Mapping[str, Sequence[str]]) -> dict[str, Basket]:
    """Return the industries of a claim as baskets, by name.

    Parameters
    ----------
    sectors : mapping
        The nearest sectors of Shenwan's first level, by industry; none where nothing listed stands
        for it.
    """
    found = {}
    for name, nearest in sectors.items():
        row = mapping()[name]
        finer = {
            LEVEL_2: [code for code in row["level2_codes"].split(";") if code],
            FUNDS: [part.split()[0] for part in row["etfs"].split(";") if LISTED.match(part)],
        }
        found[name] = Basket(
            name,
            tuple((sector, 1.0 / len(nearest)) for sector in nearest),
            (claim,),
            row["name_en"],
            row["name_zh"],
            by_universe=tuple(
                (universe, tuple((code, 1.0) for code in codes))
                for universe, codes in finer.items()
                if codes and nearest
            ),
            coverage=row["coverage"],
            confidence=row["confidence"],
            note=row["reasoning"],
        )
    return found
