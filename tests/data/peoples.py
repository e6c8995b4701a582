"""Small prices on Shanghai's sessions, and the files people keep them in."""

import numpy as np
import pandas as pd

from backtest.market.calendar import sessions

FIRST, LAST = pd.Timestamp("2022-01-04"), pd.Timestamp("2023-12-29")
DAYS = sessions("XSHG", FIRST, LAST, seen=pd.DatetimeIndex([]))
OWN = """
name = "own"
currency = "CNY"
calendar = "XSHG"
sessions_per_year = 242
benchmark = "510300"
[price_limits]
etf = 0.11
[series.cn10y]
title = "10-year yield"
unit = "percent"
delay_days = 0
[[instruments]]
id = "510300"
kind = "etf"
sector = "banks"
[[instruments]]
id = "510500"
kind = "etf"
sector = "machinery"
"""


def walk(seed, level=100.0, days=DAYS, size=0.01):
    moves = np.random.default_rng(seed).normal(0.0, size, len(days))
    return pd.Series((level * np.exp(np.cumsum(moves))).round(2), index=days)


BANKS, CHIPS = walk(1), walk(2)


def put(path, text, encoding="utf-8"):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def wide(path, days=DAYS, form="%Y-%m-%d", **columns):
    columns = columns or {"801780": BANKS, "801080": CHIPS}
    dates = {"date": [f"{day:{form}}" for day in days]}
    frame = pd.DataFrame(dates | {name: np.asarray(values) for name, values in columns.items()})
    frame.to_csv(path, index=False)
    return path


def bars(close, **changes):
    frame = pd.DataFrame({"open": close, "high": close * 1.01, "low": close * 0.99, "close": close})
    return frame.assign(volume=1e6, **changes).round(3).rename_axis("date")


def kinds(findings):
    return [finding["kind"] for finding in findings]


YIELD = walk(3, 2.5, size=0.005).round(4)
MONTHS = DAYS[~DAYS.to_period("M").duplicated(keep="last")]


def weekly(values):
    return values[~values.index.to_period("W-SUN").duplicated(keep="last")]


def monthly_universe(tmp_path, calendar="XSHG", frequency="monthly", per_year=12):
    text = OWN.replace("sessions_per_year = 242", f"sessions_per_year = {per_year}")
    text = text.replace('calendar = "XSHG"', f'calendar = "{calendar}"\nfrequency = "{frequency}"')
    return put(tmp_path / f"{frequency}.toml", text)


def rates(tmp_path, values, days=DAYS, name="cn10y"):
    return wide(tmp_path / "rates.csv", days, **{name: values})
