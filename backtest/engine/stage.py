"""Stage: a market laid out as arrays, for one cost model and one fill."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Stage(NamedTuple):
    """A market under one cost model and fill, from session number `first` with `cash` on.

    Arrays are contiguous, so that compiled code takes them as they are.

    Attributes
    ----------
    price : float, session × instrument
        The fill price, NaN where nothing trades.
    inverse : float, session × instrument
        One over the price, 0 where there is none.
    mark, close : float, session × instrument
        What values holdings at the fill (the price, else the last close) and at the end of the
        session; 0 before the first price.
    can_buy, can_sell : bool, session × instrument
        Whether an order of that side fills.
    rates : float, distinct row × 4 × instrument
        Commission on buys and on sells, other costs on buys and on sells, as fractions of traded
        value; few rows, so that they stay in the nearest cache. `rate_row` says which holds on a
        session.
    lot : float, instrument
        What units are a multiple of; 0 where fractions are allowed.
    money : float, session
        The growth of cash.
    risk_free : float, session
        Return of idle cash.
    minimum : float
        The least commission of an order, in currency.
    lag : int
        How many sessions after a decision its order is due.
    """

    price: np.ndarray
    inverse: np.ndarray
    mark: np.ndarray
    close: np.ndarray
    can_buy: np.ndarray
    can_sell: np.ndarray
    rates: np.ndarray
    rate_row: np.ndarray
    lot: np.ndarray
    money: np.ndarray
    risk_free: np.ndarray
    minimum: float
    cash: float
    per_year: float
    first: int
    in_lots: bool
    lag: int

    def of(self, columns: np.ndarray) -> Stage:
        """Return the stage of some instruments, in the order given."""
        kept = ("price", "inverse", "mark", "close", "can_buy", "can_sell", "rates", "lot")
        taken: dict[str, Any] = {
            name: np.take(getattr(self, name), columns, axis=-1) for name in kept
        }
        return self._replace(**taken, in_lots=bool((taken["lot"] > 0).any()))


def distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows and, for each row, which of them it is."""
    rows = np.ascontiguousarray(rows, dtype=np.float64) + 0.0  # negative zeros would look different
    starts = np.ones(len(rows), dtype=bool)
    starts[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    known: dict[bytes, int] = {}
    runs = [known.setdefault(row.tobytes(), len(known)) for row in rows[starts]]
    found = np.frombuffer(b"".join(known)).reshape(len(known), rows.shape[1]).copy()
    return found, np.array(runs, dtype=np.int32)[starts.cumsum() - 1]
