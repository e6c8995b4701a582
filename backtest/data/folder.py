"""A market as a folder of text files, the layout of `nqp data export`.

`prices.csv` is long (instrument, date, open, …), `series.csv` tidy (series, date, value; absent
where there is no series), `universe.toml` the universe verbatim. Numbers are written with as many
digits as it takes to read back the same bits.
"""

from pathlib import Path

import pandas as pd

from backtest.atomic import writing
from backtest.data.raw import RawMarket
from backtest.errors import UserError

PRICES, SERIES, UNIVERSE = "prices.csv", "series.csv", "universe.toml"


def is_market_folder(folder: Path) -> bool:
    """Whether a folder is laid out as an export writes it."""
    return (folder / PRICES).is_file() and (folder / UNIVERSE).is_file()


def write_folder(raw: RawMarket, folder: Path) -> tuple[Path, ...]:
    """Write a market as text files, and return their paths.

    Raises
    ------
    UserError
        If the folder holds something else, or cannot be written.
    """
    with writing(folder):
        if folder.exists() and not is_market_folder(folder) and any(folder.iterdir()):
            raise UserError(
                "{folder} is not empty and no exported market; choose a new folder", folder=folder
            )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SERIES).unlink(missing_ok=True)
        # The universe comes last: a folder without it is no market.
        (folder / UNIVERSE).unlink(missing_ok=True)
        written = [_write(raw.prices, folder / PRICES)]
        if len(raw.series):
            written.append(_write(raw.series, folder / SERIES))
        universe = folder / UNIVERSE
        universe.write_bytes(raw.universe_text.encode())
    return (*written, universe)


def _write(frame: pd.DataFrame, path: Path) -> Path:
    frame.to_csv(path, index=False, date_format="%Y-%m-%d", lineterminator="\n")
    return path
