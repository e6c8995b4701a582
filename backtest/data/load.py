"""Markets by name: load, list, check, export."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from backtest.data.align import build_market
from backtest.data.finding import Finding
from backtest.data.folder import is_market_folder, write_folder
from backtest.data.intake import Sources, read_sources, reject_errors, spoken
from backtest.data.price_files import Progress, silent
from backtest.data.quality import check
from backtest.data.raw import PRICE_COLUMNS, encode
from backtest.data.store import NAME, SHOWN, Manifest, market_names, read_manifest, read_snapshot
from backtest.errors import UserError, suggest, unknown
from backtest.market import Market

SAMPLE = "sample"


@dataclass(frozen=True)
class MarketEntry:
    """A line of the list of markets; `problem` is a sentence where the store is damaged."""

    name: str
    universe: str
    first: str
    last: str
    instruments: int
    snapshot: str
    synthetic: bool
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what other programs read."""
        return {key: value for key, value in asdict(self).items() if key != "problem"}


def load_market(name_or_path: str | Path) -> Market:
    """Load a market: the embedded sample, one from the store, or a folder written by an export.

    Parameters
    ----------
    name_or_path : str or Path
        "sample", a stored name, or a folder; a stored name comes before a folder of that name.

    Raises
    ------
    UserError
        If there is no such market, or it is damaged.

    Examples
    --------
    >>> load_market("sample").synthetic
    True
    """
    if name_or_path == SAMPLE:
        return _sample()
    folder = _folder(name_or_path)
    if folder is None:
        return stored_market(read_manifest(str(name_or_path)))
    intake = read_sources(Sources(folder))
    reject_errors(intake.findings)
    snapshot, _ = encode(intake.raw)
    return build_market(
        intake.raw, name=folder.resolve().name, snapshot=snapshot, findings=spoken(intake.findings)
    )


def stored_market(manifest: Manifest) -> Market:
    """Return the market a manifest speaks of, once no byte of its snapshot has changed."""
    raw, findings = read_snapshot(manifest), spoken(manifest.findings)
    return build_market(raw, name=manifest.name, snapshot=manifest.snapshot, findings=findings)


def list_markets() -> tuple[MarketEntry, ...]:
    """Return the embedded sample and every stored market, by name."""
    entries = [_entry(Manifest.of(_sample(), {}, ()), synthetic=True)]
    for name in market_names():
        try:
            entries.append(_entry(read_manifest(name)))
        except UserError as error:
            none = MarketEntry(name, "", "", "", 0, "", synthetic=False, problem=str(error))
            entries.append(none)
    return tuple(entries)


def check_market(name_or_path: str | Path, *, progress: Progress = silent) -> tuple[Finding, ...]:
    """Return every finding on a market, errors included; a stored one is verified byte by byte.

    Raises
    ------
    UserError
        If there is no such market, or it is damaged.
    """
    if name_or_path == SAMPLE:
        sample = _sample()
        prices = _tidy(sample.close, "instrument", "close").dropna(subset="close")
        series = _tidy(sample.series, "series", "value")
        return check(prices.reindex(columns=list(PRICE_COLUMNS)), series, sample.universe)
    folder = _folder(name_or_path)
    if folder is None:
        manifest = read_manifest(str(name_or_path))
        read_snapshot(manifest)
        return manifest.findings
    return read_sources(Sources(folder), progress=progress).findings


def export(name: str, folder: Path) -> tuple[tuple[Path, ...], str]:
    """Write a stored market as text files that import back to the same snapshot.

    Returns
    -------
    files, snapshot
        The paths written, and the snapshot they hold.

    Raises
    ------
    UserError
        If there is no such market, or the folder cannot take it.
    """
    if name == SAMPLE:
        raise UserError(
            "the sample market is synthetic and stays embedded; export a market of your own"
        )
    manifest = read_manifest(name)
    return write_folder(read_snapshot(manifest), folder), manifest.snapshot


def _sample() -> Market:
    from backtest.data.sample import sample_market

    return sample_market()


def _folder(name_or_path: str | Path) -> Path | None:
    """Return the folder that is meant, or None where it is the name of a stored market."""
    stored = market_names()
    if isinstance(name_or_path, str) and name_or_path in stored:
        return None
    folder = Path(name_or_path).expanduser()
    if is_market_folder(folder):
        return folder
    if folder.is_dir():
        raise UserError(
            "folder {folder} holds no exported market (prices.csv and universe.toml); import "
            "its files with 'nqp data import NAME --prices {folder} --universe …'",
            folder=folder,
        )
    name = str(name_or_path)
    if NAME.fullmatch(name):
        raise unknown("market", name, [*stored, SAMPLE])
    raise UserError(
        "there is no folder {name}, and it is no name of a stored market; {suggestion}",
        name=name,
        suggestion=suggest(name, [*stored, SAMPLE]),
    )


def _entry(stored: Manifest, *, synthetic: bool = False) -> MarketEntry:
    shown = {name: getattr(stored, name) for name in SHOWN}
    return MarketEntry(**shown, synthetic=synthetic)


def _tidy(frame: pd.DataFrame, column: str, value: str) -> pd.DataFrame:
    tidy = frame.melt(ignore_index=False, var_name=column, value_name=value)
    return tidy.rename_axis("date").reset_index()
