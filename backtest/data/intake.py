"""Files in, checks, one raw market out, and into the store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from backtest.data.align import build_market
from backtest.data.files import (
    Progress,
    Reading,
    read_benchmark,
    read_bond,
    read_prices,
    read_series,
    replaced,
    silent,
)
from backtest.data.finding import Finding, grouped
from backtest.data.folder import PRICES, SERIES, UNIVERSE, is_market_folder
from backtest.data.quality import check
from backtest.data.raw import RawMarket, raw_market
from backtest.data.store import Manifest, check_name, save
from backtest.errors import UserError
from backtest.market.universe import BUILT_IN, parse_universe, universe_text


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
        Files with a date column and one column per series.
    """

    prices: Path
    universe: str | Path | None = None
    benchmark: Path | None = None
    bond: Path | None = None
    series: tuple[Path, ...] = ()

    def resolved(self) -> Sources:
        """Fill in what a folder written by an export says itself."""
        if not is_market_folder(self.prices):
            return self
        series = self.prices / SERIES
        return replace(
            self,
            prices=self.prices / PRICES,
            universe=self.prices / UNIVERSE if self.universe is None else self.universe,
            series=self.series or ((series,) if series.is_file() else ()),
        )

    def to_json(self) -> dict[str, object]:
        """Return the absolute paths, for a manifest."""
        single = {"prices": self.prices, "benchmark": self.benchmark, "bond": self.bond}
        return {
            **{key: None if path is None else str(path.absolute()) for key, path in single.items()},
            "series": [str(path.absolute()) for path in self.series],
            "universe": str(self.universe),
        }


class RejectedDataError(UserError):
    """The data have errors; `findings` lists them and the warnings too."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        errors = [finding for finding in findings if finding.severity == "error"]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{errors[0].message}{more}; correct the data and try again")
        self.findings = findings


def read_sources(
    sources: Sources, *, progress: Progress = silent
) -> tuple[RawMarket, tuple[Finding, ...]]:
    """Read and check what `sources` name.

    Returns
    -------
    raw, findings
        The market as it came in, and what the checks say, errors included.

    Raises
    ------
    UserError
        If something cannot be read at all.
    """
    chosen = sources.resolved()
    if chosen.universe is None:
        raise UserError(
            f"say which universe the prices are of: --universe {', '.join(BUILT_IN)} or a TOML file"
        )
    text = universe_text(chosen.universe)
    universe = parse_universe(text, source=str(chosen.universe))
    # Small things first: a misspelt path is told before the long work.
    series = read_series(chosen.series)
    benchmark = None if chosen.benchmark is None else read_benchmark(chosen.benchmark, universe)
    bond = None if chosen.bond is None else read_bond(chosen.bond, universe)
    prices: Reading = read_prices(chosen.prices, universe, progress=progress)
    for single in (benchmark, bond):
        if single is not None:
            prices = replaced(prices, single)
    findings = (
        *prices.findings,
        *series.findings,
        *check(prices.frame, series.frame, universe),
    )
    return raw_market(text, prices.frame, series.frame), findings


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
    raw, findings = read_sources(sources, progress=progress)
    reject_errors(findings)
    market = build_market(raw, name=name, snapshot="")
    manifest = Manifest(
        name=name,
        snapshot="",
        universe=market.universe.name,
        first=f"{market.sessions[0]:%Y-%m-%d}",
        last=f"{market.sessions[-1]:%Y-%m-%d}",
        instruments=len(market.instruments),
        sources=sources.to_json(),
        findings=findings,
    )
    return save(raw, manifest)


def reject_errors(findings: tuple[Finding, ...]) -> None:
    """Raise `RejectedDataError` if any finding is an error."""
    if any(finding.severity == "error" for finding in findings):
        raise RejectedDataError(findings)


def spoken(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return findings as the lines a Market carries, many of one kind in one."""
    return tuple(str(group) for group in grouped(findings))
