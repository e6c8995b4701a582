"""Files in, checks, one raw market out, and into the store."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from backtest.data.align import build_market
from backtest.data.description import Description
from backtest.data.finding import RANK, Finding, grouped
from backtest.data.folder import PRICES, SERIES, UNIVERSE, is_market_folder
from backtest.data.periods import on_periods, usable
from backtest.data.price_files import Progress, Reader, silent
from backtest.data.quality import check
from backtest.data.quotes import QuoteReading, joined, replaced
from backtest.data.raw import RawMarket, raw_market
from backtest.data.returns import levels, look_like_returns
from backtest.data.series_files import read_money, read_series
from backtest.data.stated import Stated
from backtest.data.store import Manifest, check_name, save
from backtest.data.valuation_files import read_valuations
from backtest.errors import UserError
from backtest.market.universe import BUILT_IN, Universe, parse_universe, universe_text


@dataclass(frozen=True)
class Sources:
    """Where a market's data lie.

    Attributes
    ----------
    prices : Path
        A folder of files per instrument, a long or a wide file, or a folder written by an export,
        whose universe and series are then taken where they are not given here.
    universe : str or Path or None
        A built-in universe or a TOML file.
    benchmark, bond : Path or None
        One instrument each: the universe's benchmark, and one of its bonds.
    series : tuple of Path
        Files of published series, or folders of them.
    valuation : Path or None
        A file of PE, PB or dividend yield by instrument or sector, or a folder of them.
    money : Path or None
        A file of the rate that idle cash earns.
    stated : Stated
        What the user says about the files.
    """

    prices: Path
    universe: str | Path | None = None
    benchmark: Path | None = None
    bond: Path | None = None
    series: tuple[Path, ...] = ()
    valuation: Path | None = None
    money: Path | None = None
    stated: Stated = field(default_factory=Stated)

    def resolved(self) -> Sources:
        """Fill in what a folder written by an export says itself; its jumps were accepted."""
        if not is_market_folder(self.prices):
            return self
        series = self.prices / SERIES
        return replace(
            self,
            prices=self.prices / PRICES,
            universe=self.prices / UNIVERSE if self.universe is None else self.universe,
            series=self.series or ((series,) if series.is_file() else ()),
            stated=replace(self.stated, accept_jumps=True),
        )

    def to_json(self) -> dict[str, object]:
        """Return the absolute paths, for a manifest."""
        single = {"prices": self.prices, "benchmark": self.benchmark, "bond": self.bond}
        further = {"valuation": self.valuation, "money": self.money}
        single |= {key: path for key, path in further.items() if path is not None}
        return {
            **{key: None if path is None else str(path.absolute()) for key, path in single.items()},
            "series": [str(path.absolute()) for path in self.series],
            "universe": str(self.universe),
            **({"stated": self.stated.to_json()} if self.stated.to_json() else {}),
        }


class RejectedDataError(UserError):
    """The data have errors; `findings` lists them and the warnings too."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        errors = [finding for finding in findings if finding.severity == "error"]
        errors.sort(key=lambda finding: RANK[finding.kind])
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        said = errors[0].message
        what = "" if ";" in said else "; correct the data and try again"
        super().__init__(f"{said}{more}{what}")
        self.findings = findings


@dataclass(frozen=True, eq=False)
class Intake:
    """What was read: the raw market, what is to be said of it, and what files were taken for."""

    raw: RawMarket
    findings: tuple[Finding, ...]
    files: tuple[Description, ...]


def read_sources(sources: Sources, *, progress: Progress = silent) -> Intake:
    """Read and check what `sources` name; the findings include errors.

    Raises
    ------
    UserError
        If something cannot be read at all.
    """
    chosen, stated = sources.resolved(), sources.stated
    if chosen.universe is None:
        raise UserError(
            "say which universe the prices are of: --universe {built_in} or a TOML file",
            built_in=", ".join(BUILT_IN),
        )
    text = universe_text(chosen.universe)
    universe = parse_universe(text, source=str(chosen.universe))
    reader = Reader.of(universe, stated)
    # Small things first: a misspelt path is told before the long work.
    series = read_series(chosen.series, universe, stated)
    if chosen.money is not None:
        series = joined([series, read_money(chosen.money, universe, stated)])
    if chosen.valuation is not None:
        series = joined([series, read_valuations(chosen.valuation, universe, stated)])
    benchmark = None if chosen.benchmark is None else reader.benchmark(chosen.benchmark)
    bond = None if chosen.bond is None else reader.bond(chosen.bond)
    prices: QuoteReading = reader.prices(chosen.prices, progress=progress)
    for single in (benchmark, bond):
        if single is not None:
            prices = replaced(prices, single)
    kept, left_out = usable(prices.frame, universe)
    placed, said = on_periods(kept, universe)
    findings = [*prices.findings, *series.findings, *left_out]
    if stated.returns:
        placed = levels(placed, universe, stated.returns)
    else:
        seen = (look_like_returns(rows) for _, rows in placed.groupby("instrument"))
        findings += [finding for finding in seen if finding is not None]
    # Prices of another frequency, or that are returns, would only be found wrong day by day.
    hopeless = any(finding.severity == "error" for finding in said) or any(
        finding.kind == "looks_like_returns" for finding in findings
    )
    checked = () if hopeless else check(placed, series.frame, universe, stated)
    return Intake(
        raw_market(text, placed, series.frame),
        (*said, *findings, *checked),
        (*prices.files, *series.files),
    )


def read_levels(path: Path, universe: Universe) -> pd.Series:
    """Return the closes by date of a file to compare with, named after the file.

    Raises
    ------
    UserError
        If the file cannot be read, or is of several instruments and none is the benchmark.
    """
    placed, _ = on_periods(Reader.of(universe).benchmark(path).frame, universe)
    return placed.set_index("date")["close"].dropna().rename(path.stem)


def import_market(name: str, sources: Sources, *, progress: Progress = silent) -> Manifest:
    """Read, check and store a market under a name; an earlier one of that name stays in history.

    Raises
    ------
    RejectedDataError
        If the checks found an error; the store is left as it was.
    UserError
        If something cannot be read or stored.
    """
    check_name(name)
    intake = read_sources(sources, progress=progress)
    return store(name, sources, intake)


def store(name: str, sources: Sources, intake: Intake) -> Manifest:
    """Store what was read under a name, unless it has errors; see `import_market`."""
    raw, findings = intake.raw, intake.findings
    reject_errors(findings)
    market = build_market(raw, name=name, snapshot="")
    return save(raw, Manifest.of(market, sources.to_json(), findings))


def reject_errors(findings: tuple[Finding, ...]) -> None:
    """Raise `RejectedDataError` if any finding is an error."""
    if any(finding.severity == "error" for finding in findings):
        raise RejectedDataError(findings)


def spoken(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return findings as the lines a Market carries, many of one kind in one."""
    return tuple(group.note for group in grouped(findings))
