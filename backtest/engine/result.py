"""BacktestResult: what a backtest was and did, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backtest.display import Displayed, put_in
from backtest.engine import metrics
from backtest.engine.benchmarks import has_periods, over_periods
from backtest.engine.fan import Fan, fan
from backtest.engine.portfolio import Books, daily_portfolio
from backtest.engine.registry import Figures, cut
from backtest.errors import UserError, check_least
from backtest.market import Market
from backtest.plain import document
from backtest.strategy import Strategy
from backtest.strategy.decisions import Decisions

if TYPE_CHECKING:
    from vectorbt import Portfolio


@dataclass(frozen=True, eq=False, repr=False)
class BacktestResult(Displayed):
    """One strategy's backtest on one market.

    Attributes
    ----------
    equity, returns : Series
        Value after each session's close, in the market's currency, and simple returns; the first
        return counts from the starting cash.
    weights : DataFrame, session × instrument
        Fractions of equity held at each close.
    orders : DataFrame
        One row a trade, with the sessions it was decided, due and filled, and its costs by kind.
    regime : Series
        Name of what is held at each close.
    decisions : Decisions or None
        The market it ran on, and what the strategy decided there after each session, each computed
        once; None where a folder is read back whose market is not here.
    targets : DataFrame, session × instrument
        What the strategy asked for, NaN where it ordered nothing.
    risk_free : Series
        Return of idle cash by session.
    benchmarks : mapping
        Return series to compare with, by name; the first is the market's benchmark.
    manifest : mapping
        All that is needed to run it again: snapshot, strategy, parameters, costs, fill, versions.
    """

    strategy: Strategy
    equity: pd.Series
    returns: pd.Series
    weights: pd.DataFrame
    orders: pd.DataFrame
    regime: pd.Series
    targets: pd.DataFrame
    risk_free: pd.Series
    benchmarks: Mapping[str, pd.Series]
    manifest: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    decisions: Decisions | None = None

    def __repr__(self) -> str:
        kind = "synthetic " if self.synthetic else ""
        figures = self.summary()
        return (
            f"<BacktestResult {self.name} on {kind}{self.manifest['market']}, "
            f"{' … '.join(self.manifest['window'])}: {figures['total_return']:+.1%}, "
            f"Sharpe {figures['sharpe']:.2f}>"
        )

    @property
    def per_year(self) -> float:
        """Sessions a year in the window; its length in years is their number over this."""
        return float(self.manifest.get("per_year", self.manifest["sessions_per_year"]))

    @property
    def synthetic(self) -> bool:
        """Whether the prices are synthetic."""
        return bool(self.manifest["synthetic"])

    @property
    def name(self) -> str:
        """The strategy's name."""
        return self.strategy.name

    @property
    def has_market(self) -> bool:
        """Whether the market it ran on is here."""
        return self.decisions is not None

    @property
    def market(self) -> Market:
        """The market it ran on, with the sessions before its first that the strategy knew.

        Raises
        ------
        UserError
            If the result was read from a folder and its market is not here.
        """
        return self._decisions.market

    @property
    def baskets(self) -> Mapping[str, pd.DataFrame]:
        """Weights of each basket on all sessions of the market; empty for what is no rotation."""
        return self._decisions.baskets

    @property
    def decided(self) -> pd.Series:
        """Name of what to hold, decided after each session of the market."""
        return self._decisions.regime

    @property
    def _decisions(self) -> Decisions:
        if self.decisions is None:
            raise UserError(
                "the market {market} of this result is not here; load the market and run the "
                "backtest again",
                market=self.manifest["market"],
            )
        return self.decisions

    @cached_property
    def portfolio(self) -> Portfolio:
        """The backtest as a daily `vectorbt.Portfolio`: same orders and costs, same value.

        See Also
        --------
        backtest.engine.portfolio : How interest on idle cash is kept in it.
        """
        return daily_portfolio({self.name: self.books})

    def plot(self) -> Any:
        """Draw the growth of 1 against the benchmarks, the drawdown, and what was held.

        Returns
        -------
        matplotlib.figure.Figure
        """
        return put_in("picture")(self)

    def save(self, folder: str | Path, *tags: str, force: bool = False) -> Path:
        """Write the files of `nqp run --out` to a folder, and list it in `nqp runs`.

        Parameters
        ----------
        tags : str
            Words to find it by.
        force : bool
            Whether to replace an earlier result in the folder.
        """
        written: Path = put_in("folder")(self, folder, tags, force=force)
        return written

    def report(self, path: str | Path, language: str = "en") -> Path:
        """Write the report to a file, .html or .pdf by its ending, and list it in `nqp runs`.

        Parameters
        ----------
        language : str
            "en" or "zh".
        """
        written: Path = put_in("file")(self, path, language)
        return written

    def to_excel(self, path: str | Path) -> Path:
        """Write summary, equity, weights, orders, halves, months and manifest to an .xlsx file.

        It is listed in `nqp runs`.
        """
        written: Path = put_in("file")(self, path)
        return written

    @property
    def books(self) -> Books:
        """What its portfolio is made of."""
        close = self.market.close.loc[self.equity.index]
        return Books(close, self.orders, self.risk_free, float(self.manifest["cash"]))

    @cached_property
    def drawdown(self) -> pd.Series:
        """Fall from the highest equity so far."""
        return metrics.drawdown(self.returns)

    def summary(self, benchmark: pd.Series | None = None) -> Figures:
        """Return the headline figures; fractions, a year where a rate; printed with units.

        Parameters
        ----------
        benchmark : Series, optional
            Returns to compare with; the market's benchmark by default.

        See Also
        --------
        backtest.engine.metrics : What each figure is.
        """
        other = next(iter(self.benchmarks.values())) if benchmark is None else benchmark
        track = replace(
            self._track(self.returns),
            benchmark=other.reindex(self.returns.index),
            traded=self.turnover,
            equity=self.equity,
            costs=float(self.orders["cost"].sum()),
            regime=self.regime,
        )
        found = metrics.figures(track)
        if has_periods(other):
            against = [name for name in found if "benchmark" in metrics.METRICS[name].needs]
            found |= metrics.figures(over_periods(track), against)
        return Figures(found)

    @cached_property
    def turnover(self) -> pd.Series:
        """One-way turnover by session: half the traded value over the equity at the close."""
        traded = self.orders.groupby("filled")["value"].sum()
        return (traded.reindex(self.equity.index, fill_value=0.0) / self.equity / 2.0).rename(
            "turnover"
        )

    def fan(self, paths: int = 1000, seed: int = 0) -> Fan:
        """Return the 5–95 % band of wealth and drawdown over paths of this record's own returns.

        The sessions are drawn in blocks, with replacement (stationary bootstrap). The band shows
        how far the order of the sessions alone could have moved the outcome. It is no forecast.

        Parameters
        ----------
        paths : int
            How many are drawn.
        seed : int
            The same seed draws the same paths.

        Raises
        ------
        UserError
            If `paths` is below 1.
        """
        check_least(1, paths=paths)
        return fan(self.name, self.returns, paths=paths, seed=seed)

    @property
    def switches(self) -> int:
        """How often what is held changed its name."""
        return int(metrics.switches(self.regime))

    @property
    def drawdown_dates(self) -> dict[str, pd.Timestamp | None]:
        """Peak, trough and recovery of the deepest drawdown."""
        dates = metrics.drawdown_dates(self.returns)
        return dict(zip(("peak", "trough", "recovery"), dates, strict=True))

    @cached_property
    def profit(self) -> pd.DataFrame:
        """Profit by session and instrument after its costs, in currency; cash not included.

        What a position is worth more at a close than at the last, less what was paid for it.
        """
        worth = self.weights.mul(self.equity, axis=0)
        orders = self.orders
        signed = orders["value"].where(orders["side"] == "buy", -orders["value"])
        paid = (
            (signed + orders["cost"])
            .groupby([orders["filled"], orders["instrument"]])
            .sum()
            .unstack(fill_value=0)
            .reindex(index=worth.index, columns=worth.columns, fill_value=0.0)
        )
        return worth.diff().fillna(worth.iloc[:1]) - paid

    def by_half(self, figure: str = "total_return") -> pd.DataFrame:
        """Return a figure by calendar half: the strategy's and each benchmark's.

        A benchmark that lacks a session of a half has no figure there.

        Parameters
        ----------
        figure : str
            One that is computed from returns alone; see `backtest.engine.metrics.METRICS`.
        """
        metric = metrics.score(figure, ("returns", "sessions", "per_year", "risk_free"))
        columns = {self.name: self.returns, **self.benchmarks}
        halves = np.array(metrics.half_labels(self.returns.index))
        inside = {half: halves == half for half in dict.fromkeys(halves.tolist())}
        tracks = {name: self._track(returns) for name, returns in columns.items()}
        return pd.DataFrame(
            {
                name: {half: metric.of(cut(track, rows)) for half, rows in inside.items()}
                for name, track in tracks.items()
            }
        )

    def by_regime(self) -> pd.DataFrame:
        """Return sessions, returns, Sharpe and the benchmarks' returns by regime.

        A benchmark that lacks a session of a regime has no return there.

        With fills at the close the session of a switch still belongs to the old regime; with fills
        at the open, to the new one.
        """
        regime = self.regime
        if self.manifest["fill"] != "open":
            regime = regime.shift().fillna(regime.iloc[0])
        rows, whole = {}, self._track(self.returns)
        for name in dict.fromkeys(regime):
            inside = (regime == name).to_numpy()
            rows[name] = {
                "sessions": int(inside.sum()),
                **metrics.figures(cut(whole, inside), ("total_return", "cagr", "sharpe")),
                **{
                    f"{other} total_return": metrics.total_return(series[inside])
                    for other, series in self.benchmarks.items()
                },
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("regime")

    def benchmark_summary(self) -> dict[str, dict[str, float]]:
        """Return headline figures of each benchmark, over the sessions its record has."""
        return {
            name: self.beside(name)[1] if has_periods(series) else self._alone(series.dropna())
            for name, series in self.benchmarks.items()
        }

    def beside(self, benchmark: str) -> tuple[dict[str, float], dict[str, float]]:
        """Return this result's and a benchmark's headline figures over the sessions both have."""
        if has_periods(self.benchmarks[benchmark]):
            track = replace(self._track(self.returns), benchmark=self.benchmarks[benchmark])
            own = over_periods(track)
            alone = replace(own, benchmark=None)
            compared = np.asarray(own.benchmark, dtype=float)
            return metrics.figures(alone), metrics.figures(replace(alone, returns=compared))
        theirs = self.benchmarks[benchmark].dropna()
        return self._alone(self.returns[theirs.index]), self._alone(theirs)

    def _alone(self, returns: pd.Series) -> dict[str, float]:
        """Return the figures that need no other series than cash."""
        return metrics.figures(self._track(returns))

    def _track(self, returns: pd.Series) -> metrics.Track:
        """Return some sessions' returns, with what cash earned on them."""
        sessions = pd.DatetimeIndex(returns.index)
        return metrics.Track(returns, self.per_year, sessions, self.risk_free[sessions])

    def to_json(self) -> dict[str, Any]:
        """Return the result as `nqp run --json` prints it: plain values, NaN as None."""
        return dict(self._document)

    @cached_property
    def _document(self) -> dict[str, Any]:
        return document(
            {
                "strategy": self.name,
                "parameters": self.manifest["parameters"],
                "market": self.manifest["market"],
                "synthetic": self.synthetic,
                "window": self.manifest["window"],
                "summary": self.summary(),
                "benchmarks": self.benchmark_summary(),
                "warnings": list(self.warnings),
                "manifest": dict(self.manifest),
            }
        )


def grown(returns: pd.Series, cash: float) -> pd.Series:
    """Return the equity that daily returns make of cash, as a folder's reader has it."""
    return ((1.0 + returns).cumprod() * cash).rename("equity")
