"""Valuation elasticity: how the valuation of tracks answers the risk-free rate and confidence.

Over separate blocks of sessions the log change of a track's PE is regressed on the fall of the
ten-year yield and on the change in risk appetite, both over the same block (ordinary least squares,
heteroskedasticity-robust errors of MacKinnon & White 1985, HC3).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.evidence.appetite import SIGNS, score
from backtest.evidence.intervals import Interval, around
from backtest.evidence.observation import Array
from backtest.evidence.rerating import carried, parts_of, sides, weights_of
from backtest.evidence.windows import CannotTell, resolve
from backtest.market import Market
from backtest.strategy.claim import Claim, Source

BLOCK = 20  # sessions
FEWEST = 24  # blocks, two years, without which there is no regression
RATE_STEP = 0.10  # percentage points a response to the rate is given for
SIGN_STEP = 1.0 / len(SIGNS)  # one sign of risk appetite more


@dataclass(frozen=True)
class Elasticity:
    """How the valuation of one track answers, as log changes of its PE.

    Attributes
    ----------
    per_10bp, per_sign : float
        To a fall of the ten-year yield by 10 basis points, to one sign of risk appetite more.
    rate_interval, sign_interval : Interval
        Around them, at 90 %.
    blocks : int
        Of twenty sessions, that were regressed.
    explained : float
        The share of the variance the two explain (R²).
    """

    track: str
    title: str
    title_zh: str
    per_10bp: float
    rate_interval: Interval
    per_sign: float
    sign_interval: Interval
    blocks: int
    first: pd.Timestamp
    last: pd.Timestamp
    explained: float


@dataclass(frozen=True)
class Reratings:
    """What the valuations a market carries did in the halves of a source's year.

    Attributes
    ----------
    halves : DataFrame
        By track, each of its instruments, and the market: window, price, valuation (PE) and
        earnings, simple changes; (1 + price) = (1 + valuation) (1 + earnings).
    elasticities : tuple of Elasticity
        Of the tracks whose record is long enough.
    """

    halves: pd.DataFrame
    elasticities: tuple[Elasticity, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp evidence --json` prints it."""
        return {
            "halves": self.halves.to_dict("records"),
            "elasticity": [
                {
                    "track": one.track,
                    "per_10bp_fall": one.per_10bp,
                    "per_10bp_interval": [one.rate_interval.low, one.rate_interval.high],
                    "per_sign": one.per_sign,
                    "per_sign_interval": [one.sign_interval.low, one.sign_interval.high],
                    "blocks": one.blocks,
                    "window": [one.first, one.last],
                    "explained": one.explained,
                }
                for one in self.elasticities
            ],
        }


def reratings(claims: Iterable[Claim], source: Source, market: Market) -> Reratings | None:
    """Return what valuations did, for claims about them; None on a market that carries none."""
    about = [one for one in claims if one.observable == "rerating" and carried(one, market)]
    if not about:
        return None
    found = (elasticity(claim, market) for claim in about)
    return Reratings(_halves(about, source, market), tuple(one for one in found if one is not None))


def elasticity(claim: Claim, market: Market) -> Elasticity | None:
    """Return how a claim's basket's valuation answers; None where the record is too short."""
    assert claim.basket is not None
    try:
        causes = {"rate": -market.need("rate").diff(BLOCK), "signs": score(market).diff(BLOCK)}
    except (UserError, CannotTell):
        return None
    changes = np.log1p(sides(claim, market, BLOCK)[0])
    table = pd.DataFrame({"valuation": changes, **causes}).iloc[::-BLOCK].dropna().iloc[::-1]
    if len(table) < FEWEST:
        return None
    steps = np.array([1.0, RATE_STEP, SIGN_STEP])
    against = np.column_stack([np.ones(len(table)), table[["rate", "signs"]]])
    answers = table["valuation"].to_numpy(dtype=float)
    slopes, errors, explained = regressed(answers, against)
    values, errors = (slopes * steps)[1:], (errors * steps)[1:]
    freedom = float(len(table) - len(steps))
    rate, sign = (around(float(values[k]), float(errors[k]), freedom, "blocks") for k in (0, 1))
    days = pd.DatetimeIndex(table.index)
    return Elasticity(
        claim.basket.name,
        claim.basket.title,
        claim.basket.title_zh,
        float(values[0]),
        rate,
        float(values[1]),
        sign,
        len(table),
        days[0],
        days[-1],
        explained,
    )


def regressed(answers: Array, causes: Array) -> tuple[Array, Array, float]:
    """Return least squares, their errors whatever the variances, and the share explained.

    Errors are HC3, those of MacKinnon & White (1985, Journal of Econometrics 29).
    """
    inverse = np.linalg.inv(causes.T @ causes)
    slopes = inverse @ causes.T @ answers
    missed = answers - causes @ slopes
    leverage = np.einsum("ij,jk,ik->i", causes, inverse, causes)
    pulls = inverse @ causes.T * (missed / (1.0 - leverage))
    spread = ((answers - answers.mean()) ** 2).sum()
    return slopes, np.sqrt((pulls**2).sum(axis=1)), float(1.0 - (missed**2).sum() / spread)


def _halves(claims: Iterable[Claim], source: Source, market: Market) -> pd.DataFrame:
    """Return a row per track, instrument and half, with the market's last."""
    held: dict[str, dict[str, float]] = {}
    for claim in claims:
        assert claim.basket is not None
        members = weights_of(market, claim.basket)[0]
        held |= {claim.basket.name: members, **{name: {name: 1.0} for name in members}}
    rows = []
    for half in ("H1", "H2"):
        try:
            window = resolve(half, source, market)
        except CannotTell:
            continue
        for name, weights in (*held.items(), ("market", weights_of(market, None)[0])):
            try:
                parts = parts_of(market, weights, window)
            except CannotTell:
                continue
            last = {"price": parts.price, "valuation": parts.valuation, "earnings": parts.earnings}
            rows.append(
                {"what": name, "window": window.label}
                | {key: float(np.expm1(path.iloc[-1])) for key, path in last.items()}
            )
    return pd.DataFrame(rows, columns=["what", "window", "price", "valuation", "earnings"])
