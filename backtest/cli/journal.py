"""`nqp journal` and `nqp journal register`: parsing and gathering only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from backtest.cli.options import (
    BenchmarkOption,
    CostsOption,
    JsonOption,
    LangOption,
    MarketOption,
    SetOption,
    Terms,
    answer,
    told,
)
from backtest.errors import UserError
from backtest.notes import Note

if TYPE_CHECKING:
    from backtest.costs import Costs
    from backtest.market import Market
    from backtest.strategy import Strategy
    from backtest.today.forward import Forward
    from backtest.today.journal import Entry
    from backtest.today.registration import Judgement
    from backtest.today.thesis_registration import ThesisJudgement

T = TypeVar("T")
app = typer.Typer(
    help="What was recorded with 'nqp today --record' and registered, and what came of it.",
    rich_markup_mode=None,
    invoke_without_command=True,
)

OwnOption = Annotated[
    list[str] | None,
    typer.Option("--strategy", help="FILE.py:Class of a strategy of your own that was recorded."),
]


@app.callback()
def journal(
    context: typer.Context,
    strategy: OwnOption = None,
    costs: CostsOption = "etf",
    benchmark: BenchmarkOption = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Evaluate every entry on the sessions after it; report entries that were changed.

    Exit 0 if the journal holds, 1 if an entry was changed, removed or put in later.
    """
    if context.invoked_subcommand is not None:
        return
    from backtest.cli.lookup import own_strategies
    from backtest.render.waiting import waiting
    from backtest.today.journal import clock_set_back, read
    from backtest.views.journal import journal_page

    model = Terms(costs=costs).cost_model()
    found = read()
    with waiting(Note("scoring the journal")):
        scored, judged, theses, skipped = _judged(
            found.entries, own_strategies(strategy), model, benchmark
        )
    skipped = [*clock_set_back(found.entries), *skipped]
    answer(
        json,
        lang,
        lambda: {
            "entries": [asdict(entry) for entry in found.entries],
            "problems": list(found.problems),
            "forward": [_forward_json(one) for one in scored],
            "registered": [_judged_json(one) for one in judged],
            "theses": [one.to_json() for one in theses],
            "notes": skipped,
        },
        lambda say: journal_page(found, scored, judged, theses, skipped, say),
    )
    if found.problems:
        raise typer.Exit(1)


@app.command("register")
def register(
    strategy: Annotated[
        str,
        typer.Argument(help="A name from 'nqp strategies', FILE.py:Class, or a thesis: FILE.toml."),
    ],
    until: Annotated[str, typer.Option("--until", help="Last day of the window, as 2027-06-30.")],
    market: MarketOption = "sample",
    settings: SetOption = None,
    json: JsonOption = False,
) -> None:
    """Register a strategy, or a thesis's claims; 'nqp journal' judges it when its day is over."""
    from backtest.cli.lookup import find_strategy, find_thesis, is_thesis
    from backtest.data import load_market
    from backtest.market.market import timestamp
    from backtest.today.journal import append
    from backtest.today.registration import registration_body
    from backtest.today.thesis_registration import KIND, thesis_body

    day, where = timestamp(until), load_market(market)
    if is_thesis(strategy):
        body = thesis_body(find_thesis(strategy), where, day)
        name, entry = body["title"], append(KIND, body)
    else:
        chosen = find_strategy(strategy, settings or [])
        name, body = chosen.name, registration_body(chosen, where, day)
        entry = append("registration", body)
    told(
        json,
        asdict(entry),
        Note(
            "registered as entry {number}: {name} on {market} until {value}; 'nqp journal' judges "
            "it when the window is over",
            number=entry.number,
            name=name,
            market=market,
            value=body["until"],
        ),
    )


def _judged(
    entries: tuple[Entry, ...], own: dict[str, type[Strategy]], costs: Costs, benchmark: str | None
) -> tuple[list[Forward], list[Judgement], list[ThesisJudgement], list[str]]:
    """Score and judge what can be; the others come back as a sentence each."""
    from backtest.data import load_market
    from backtest.engine.benchmarks import compared_with
    from backtest.strategy.thesis import parse_thesis
    from backtest.today.forward import forward
    from backtest.today.registration import judged
    from backtest.today.thesis_registration import KIND, judged_thesis
    from strategies.claims import policy_lists
    from strategies.taxonomy import BASKETS

    skipped: list[str] = []
    load = cache(load_market)

    def tried(groups: Iterable[list[Entry]], judge: Callable[[list[Entry]], T]) -> list[T]:
        found = []
        for group in groups:
            try:
                found.append(judge(group))
            except UserError as error:
                skipped.append(f"{_spoken([entry.number for entry in group])}: {error}")
        return found

    def score(group: list[Entry]) -> Forward:
        strategy, market = _recorded(group[0], own, load)
        return forward(group, compared_with(market, benchmark), strategy, costs=costs)

    def judge(group: list[Entry]) -> Judgement:
        strategy, market = _recorded(group[0], own, load)
        return judged(group[0], market, strategy, costs=costs)

    def judge_thesis(group: list[Entry]) -> ThesisJudgement:
        body = group[0].body
        thesis = parse_thesis(body["text"], BASKETS, policy_lists())
        return judged_thesis(group[0], thesis, load(body["market"]))

    decisions: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.kind == "decision":
            rules = {key: entry.body[key] for key in ("strategy", "parameters", "market", "source")}
            decisions.setdefault(repr(rules), []).append(entry)
    return (
        tried(decisions.values(), score),
        tried(([one] for one in entries if one.kind == "registration"), judge),
        tried(([one] for one in entries if one.kind == KIND), judge_thesis),
        skipped,
    )


def _recorded(
    entry: Entry, own: dict[str, type[Strategy]], load: Callable[[str], Market]
) -> tuple[Strategy, Market]:
    """Return the strategy and the market of an entry; the source must be the recorded one."""
    from backtest.cli.lookup import built_in
    from backtest.records.verify.recorded import strategy_of
    from backtest.strategy.source import source_identity

    strategy = strategy_of(entry.body, built_in(), own)
    source = source_identity(type(strategy))
    if source != entry.body["source"]:
        raise UserError(
            "the rules of {name} are not those recorded ({value}, now {source}); score it with "
            "the version that recorded it",
            name=strategy.name,
            value=entry.body["source"],
            source=source,
        )
    return strategy, load(entry.body["market"])


def _spoken(numbers: list[int]) -> str:
    listed = ", ".join(map(str, numbers[:5])) + (", …" if len(numbers) > 5 else "")
    return f"{'entries' if len(numbers) > 1 else 'entry'} {listed}"


def _forward_json(scored: Forward) -> dict[str, Any]:
    from backtest.plain import document

    return document(
        {
            "strategy": scored.strategy,
            "market": scored.market,
            "benchmark": scored.benchmark,
            "entries": scored.entries.reset_index().to_dict("records"),
            "needed": scored.needed,
            "divergence": scored.divergence.to_dict("records"),
        }
    )


def _judged_json(judged: Judgement) -> dict[str, Any]:
    from backtest.plain import document

    return document(
        {
            "entry": judged.entry.number,
            "strategy": judged.entry.body["strategy"],
            "until": judged.entry.body["until"],
            "sessions": judged.sessions,
            "complete": judged.complete,
            "ahead": judged.ahead,
            "interval": list(judged.interval),
            "verdict": judged.verdict,
        }
    )
