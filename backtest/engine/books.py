"""The books, kept by vectorbt: its simulator executes every planned order.

Its Rust engine executes order by order without the rest of the package, whose import (Plotly,
ipywidgets, scikit-learn) would be three quarters of a command's time. Where that engine is not
installed, `Portfolio.from_orders` does the same.
"""

import math
from dataclasses import dataclass

import numpy as np

from backtest.engine.plan import Execution
from backtest.engine.stage import Stage

# An order filled: its execution and instrument by number, units (sales negative), price and fees.
RECORD = np.dtype([("idx", int), ("col", int), ("size", float), ("price", float), ("fees", float)])
TARGET_AMOUNT = 3  # vectorbt's `SizeType.TargetAmount`


@dataclass(frozen=True, eq=False)
class Intended:
    """What vectorbt is asked for, all execution × instrument, prices in units of the money account.

    `size` is what is held afterwards, NaN where nothing trades; `value` what is bought, less than
    0 where it is sold; `fees` a fraction of it, `fixed_fees` come on top.
    """

    size: np.ndarray
    price: np.ndarray
    value: np.ndarray
    fees: np.ndarray
    fixed_fees: np.ndarray
    cash: float


def books(executions: tuple[Execution, ...], on: Stage, growth: np.ndarray) -> np.ndarray:
    """Return the records of the orders that vectorbt filled for the planned holdings."""
    if not executions:
        return np.empty(0, dtype=RECORD)
    rows = np.array([execution.session for execution in executions])
    after = np.array([execution.shares for execution in executions])
    before = np.vstack([np.zeros((1, after.shape[1])), after[:-1]])
    buys, trades = after > before, after != before
    rates = on.rates[on.rate_row[rows]]
    commission = np.where(buys, rates[:, 0], rates[:, 1])
    other = np.where(buys, rates[:, 2], rates[:, 3])
    value = np.abs(after - before) * on.mark[rows]
    topped_up = np.maximum(on.minimum - commission * value, 0.0) / growth[rows, None]
    price = on.mark[rows] / growth[rows, None]
    intended = Intended(
        size=np.where(trades, after, np.nan),
        price=price,
        value=(after - before) * price,
        fees=commission + other,
        fixed_fees=np.where(trades, topped_up, 0.0),
        cash=on.cash,
    )
    try:
        return one_by_one(intended)
    except ImportError:
        return from_orders(intended)


def one_by_one(intended: Intended) -> np.ndarray:
    """Execute sales before purchases and the smaller before the larger, as "auto" does there."""
    from vectorbt_rust.portfolio import ProcessOrderState, execute_order_rs, order_rs

    ranked = np.argsort(intended.value, axis=1, kind="stable")
    idx, place = np.nonzero(np.take_along_axis(np.isfinite(intended.size), ranked, axis=1))
    col = ranked[idx, place]
    columns = (intended.size, intended.price, intended.fees, intended.fixed_fees)
    listed = zip(col.tolist(), *(values[idx, col].tolist() for values in columns), strict=True)
    cash, held = intended.cash, [0.0] * intended.size.shape[1]
    filled = []
    for column, size, price, fees, fixed in listed:
        state = ProcessOrderState(cash, held[column], 0.0, cash, price, math.nan, -1, -1)
        order = order_rs(size, price, TARGET_AMOUNT, fees=fees, fixed_fees=fixed)
        left, result = execute_order_rs(state, order)
        cash, held[column] = left.cash, left.position
        sign = -1.0 if result.side else 1.0
        filled.append((sign * result.size, result.price, result.fees))
    return _records(idx, col, *np.array(filled).T)


def from_orders(intended: Intended) -> np.ndarray:
    """Execute them all by the package itself."""
    import pandas as pd
    import vectorbt

    records = vectorbt.Portfolio.from_orders(
        pd.DataFrame(intended.price),
        size=intended.size,
        size_type="targetamount",
        fees=intended.fees,
        fixed_fees=intended.fixed_fees,
        init_cash=intended.cash,
        group_by=np.zeros(intended.size.shape[1], dtype=int),
        cash_sharing=True,
        call_seq="auto",
    ).order_records
    signed = np.where(records["side"] == 0, records["size"], -records["size"])
    return _records(records["idx"], records["col"], signed, records["price"], records["fees"])


def _records(*columns: np.ndarray) -> np.ndarray:
    records = np.empty(len(columns[0]), dtype=RECORD)
    for name, values in zip(RECORD.names or (), columns, strict=True):
        records[name] = values
    return records
