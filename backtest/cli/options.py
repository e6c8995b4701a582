"""Options that commands share: on what market, window and terms, and how the answer is given."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from backtest.errors import UserError
from backtest.notes import Note

if TYPE_CHECKING:
    from backtest.costs import Costs
    from backtest.market import Market
    from backtest.views.page import Page
    from backtest.views.words import Words


def strategy_names(incomplete: str) -> list[str]:
    """Return the strategies of the package that begin so."""
    from backtest.cli.lookup import built_in

    return [name for name in built_in() if name.startswith(incomplete)]


def market_names(incomplete: str) -> list[str]:
    """Return the stored markets, and the sample, that begin so."""
    from backtest.home import home

    stored = sorted(path.stem for path in (home() / "markets").glob("*.json"))
    return [name for name in ["sample", *stored] if name.startswith(incomplete)]


def parameters(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the parameters of the strategies named so far, ready for a value."""
    from backtest.cli.lookup import built_in
    from backtest.strategy import field_names

    said: Any = ctx.params.get("strategy") or ctx.params.get("names") or ()
    kinds = built_in()
    named = [said] if isinstance(said, str) else said
    known = [field for name in named if name in kinds for field in field_names(kinds[name])]
    return [f"{field}=" for field in dict.fromkeys(known) if field.startswith(incomplete)]


def _spoken(language: str) -> str:
    """Return a language that is spoken here."""
    from backtest.views.words import Words

    return Words(language).language


StrategyArgument = Annotated[
    str,
    typer.Argument(
        help="A name from 'nqp strategies', or FILE.py:Class.", autocompletion=strategy_names
    ),
]
MarketOption = Annotated[
    str,
    typer.Option(
        "--market",
        "-m",
        help="A stored market, 'sample', or a folder.",
        autocompletion=market_names,
    ),
]
StartOption = Annotated[
    str | None,
    typer.Option("--start", help="First session, as 2015-01-05; earlier ones are history."),
]
EndOption = Annotated[str | None, typer.Option("--end", help="Last session, as 2025-12-31.")]
WindowOption = Annotated[
    str | None,
    typer.Option("--window", help="crash-2015, 2018, 2020, feb-2024, sep-2024, or any year."),
]
FullWindowOption = Annotated[
    bool,
    typer.Option("--full-window", help="All sessions, also those some strategy or record lacks."),
]
BenchmarkOption = Annotated[
    str | None,
    typer.Option(
        "--benchmark", help="An instrument, a sector or a file of prices to compare with."
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="A parameter of the strategy, as NAME=VALUE; repeatable.",
        autocompletion=parameters,
    ),
]
CostsOption = Annotated[str, typer.Option("--costs", help="etf, stock or free.")]
FillOption = Annotated[
    str, typer.Option("--fill", help="open or close of the next session; same-close of months.")
]
CashOption = Annotated[float, typer.Option("--cash", help="What the portfolio starts with.")]
StrictOption = Annotated[
    bool,
    typer.Option("--strict-launch", help="Leave out what an instrument did before its launch."),
]
NoCheckOption = Annotated[
    bool, typer.Option("--no-check", help="Do not check a strategy of yours for look-ahead.")
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace an earlier result in the folder of --out.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]
OwnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--strategy",
        help="FILE.py:Class of a strategy of your own; a folder is not trusted to name one.",
    ),
]
LangOption = Annotated[str, typer.Option("--lang", help="en or zh.", callback=_spoken)]

MOST = 1e15  # no account has as much, and a float of that size has no cents


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On which market, window and terms of trade to run, as the shell said it."""

    market: MarketOption = "sample"
    start: StartOption = None
    end: EndOption = None
    window: WindowOption = None
    benchmark: BenchmarkOption = None
    costs: CostsOption = "etf"
    fill: FillOption = "open"
    cash: CashOption = 1_000_000.0
    strict_launch: StrictOption = False
    no_check: NoCheckOption = False

    def __post_init__(self) -> None:
        from backtest.market.episodes import bounds

        start, end = bounds(self.start, self.end, self.window)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        if not self.cash < MOST:
            raise UserError(
                "--cash was {cash:g}; give an amount below {MOST:g}", cash=self.cash, MOST=MOST
            )

    def load_market(self) -> Market:
        """Load the market, cut off at the end; sessions before the start stay, as history."""
        from backtest.data import load_market
        from backtest.engine.benchmarks import compared_with

        market = load_market(self.market)
        if self.start is not None:
            last = market.sessions[-1]
            if self.end is None and _is_after(self.start, last):
                raise UserError(
                    "--start was {start}, but market {name} ends on {last:%Y-%m-%d}; give an "
                    "earlier day",
                    start=self.start,
                    name=market.name,
                    last=last,
                )
            market.between(self.start, self.end)
        if self.end is not None:
            market = market.until(self.end)
        market = compared_with(market, self.benchmark)
        return market.from_launch() if self.strict_launch else market

    def cost_model(self) -> Costs:
        """Return the cost model called so."""
        from backtest.costs import cost_model

        return cost_model(self.costs)

    def trade(self) -> dict[str, Any]:
        """Return on what terms to trade, as what runs a strategy takes them."""
        return {
            "costs": self.cost_model(),
            "fill": self.fill,
            "cash": self.cash,
            "start": self.start,
        }


def _is_after(day: str, last: datetime) -> bool:
    try:
        return date.fromisoformat(day) > last.date()
    except ValueError:
        return False  # what is no date is said by the market


def on_terms(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of `Terms`, but for some, in the place of its argument `terms`."""
    hints = get_type_hints(Terms, include_extras=True)
    offered = {
        spec.name: Parameter(
            spec.name, Parameter.KEYWORD_ONLY, default=spec.default, annotation=hints[spec.name]
        )
        for spec in fields(Terms)
        if spec.name not in left_out
    }

    def expanded(command: Callable[..., None]) -> Callable[..., None]:
        own = signature(command, eval_str=True)
        said = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in own.parameters.values()]
        at = list(own.parameters).index("terms")

        @wraps(command)
        def asked(**given: Any) -> None:
            terms = Terms(**{name: given.pop(name) for name in offered})
            command(terms=terms, **given)

        takes = [*said[:at], *offered.values(), *said[at + 1 :]]
        asked.__signature__ = own.replace(parameters=takes)  # type: ignore[attr-defined]
        asked.__annotations__ = {one.name: one.annotation for one in takes}
        return asked

    return expanded


def answer(
    json: bool,
    lang: str,
    document: Callable[[], object],
    page: Callable[[Words], Page | list[Page]],
    out: Path | None = None,
) -> None:
    """Print the JSON document, or show the pages and say where files were written, if any were."""
    if json:
        print_json(document())
        return
    from backtest.render.terminal import show, tell
    from backtest.views.words import Words

    pages = page(Words(lang))
    for one in pages if isinstance(pages, list) else [pages]:
        show(one)
    if out is not None:
        tell(Note("wrote {folder}", folder=out))


def check_out(out: Path | None, files: str, *, force: bool) -> None:
    """Raise a `UserError` unless `files` may be written to what `--out` names.

    Parameters
    ----------
    files : str
        Where their names are: "MODULE:NAME" of `backtest.records`.
    """
    if out is not None:
        from pkgutil import resolve_name

        from backtest.records.folder import check_free

        check_free(out, resolve_name(f"backtest.records.{files}"), force=force)


def told(json: bool, document: object, *sentences: str) -> None:
    """Print the JSON document, or say the sentences, one a line."""
    if json:
        print_json(document)
        return
    from backtest.render.terminal import tell

    for sentence in sentences:
        tell(sentence)


def print_json(document: object) -> None:
    """Print one JSON document on stdout."""
    from backtest.render.plain import json_text

    print(json_text(document, sys.stdout.encoding or "utf-8"))
