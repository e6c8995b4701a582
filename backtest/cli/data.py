"""`nqp data import|fetch|list|check|export`."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from backtest.cli.options import JsonOption, LangOption, answer, print_json, told
from backtest.errors import UserError
from backtest.notes import Note

app = typer.Typer(help="Markets in the local store.", no_args_is_help=True)


class _ImportCommand(TyperCommand):
    """Lets `--returns` stand alone: the files say themselves whether they are in percent."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        at = args.index("--returns") + 1 if "--returns" in args else 0
        if at and args[at : at + 1] not in (["percent"], ["fraction"], ["recognised"]):
            args = [*args[:at], "recognised", *args[at:]]
        return super().parse_args(ctx, args)


@app.command("import", cls=_ImportCommand)
def import_(
    name: Annotated[str, typer.Argument(help="What to call the market.")],
    prices: Annotated[
        Path, typer.Option(help="A folder of files per instrument, or one long or wide file.")
    ],
    universe: Annotated[
        str | None,
        typer.Option(help="A built-in universe (shenwan, cn-etf, …) or a TOML file of your own."),
    ] = None,
    benchmark: Annotated[Path | None, typer.Option(help="Prices of the benchmark.")] = None,
    bond: Annotated[Path | None, typer.Option(help="Prices of the government bond.")] = None,
    series: Annotated[
        list[Path] | None,
        typer.Option(
            help="Dates and one column per series, or a folder; may be given several times."
        ),
    ] = None,
    valuation: Annotated[
        Path | None,
        typer.Option(help="PE, PB or dividend yield by instrument or sector: a file or a folder."),
    ] = None,
    money: Annotated[
        Path | None, typer.Option(help="The rate that idle cash earns, in percent: Shibor.")
    ] = None,
    as_: Annotated[
        list[str] | None,
        typer.Option("--as", metavar="NAME=COLUMN", help="What a column is: close=收盘净值."),
    ] = None,
    date_format: Annotated[
        str, typer.Option(help="How dates are written, as %d.%m.%Y; found out by default.")
    ] = "",
    unit: Annotated[
        list[str] | None,
        typer.Option(metavar="SERIES=UNIT", help="percent, decimal or bp: cn10y=decimal."),
    ] = None,
    delay: Annotated[
        list[str] | None,
        typer.Option(metavar="SERIES=DAYS", help="Days after its period until a value is known."),
    ] = None,
    returns: Annotated[
        str, typer.Option(help="The files hold returns: percent, fraction, or nothing to find out.")
    ] = "",
    accept_jumps: Annotated[
        bool, typer.Option("--accept-jumps", help="Take prices that a split would explain.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what files are taken for; store nothing.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show every finding.")] = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Read CSV, Excel or Parquet files, check them, and store them as a market."""
    from backtest.data.intake import RejectedDataError, Sources, read_sources, reject_errors, store
    from backtest.data.stated import Stated
    from backtest.data.store import check_name
    from backtest.data.units import stated_unit
    from backtest.render.terminal import show
    from backtest.render.waiting import progress
    from backtest.views.data import files_page, findings_page, import_page
    from backtest.views.words import Words

    say = Words(lang)
    check_name(name)
    stated = Stated(
        columns=_pairs("--as", as_, "close=收盘净值"),
        date_format=date_format,
        units={k: stated_unit(v) for k, v in _pairs("--unit", unit, "cn10y=decimal").items()},
        delays={k: _days(k, v) for k, v in _pairs("--delay", delay, "pmi=3").items()},
        returns=returns,
        accept_jumps=accept_jumps,
    )
    sources = Sources(
        prices, universe, benchmark, bond, tuple(series or ()), valuation, money, stated
    )
    with progress("reading prices") as advance:
        intake = read_sources(sources, progress=advance)
    if dry_run:
        if json:
            files = [item.to_json() for item in intake.files]
            findings = [finding.to_json() for finding in intake.findings]
            print_json({"files": files, "findings": findings})
        else:
            show(files_page(intake.files, say, verbose=verbose))
            show(findings_page(intake.findings, say, verbose=verbose))
        reject_errors(intake.findings)
        return
    try:
        stored = store(name, sources, intake)
    except RejectedDataError as error:
        show(findings_page(error.findings, say, verbose=verbose), stderr=True)
        raise
    answer(json, lang, stored.to_json, lambda say: import_page(stored, say, verbose=verbose))


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="The market to begin or to bring up to date.")],
    source: Annotated[str, typer.Option(help="yahoo, akshare or fred.")],
    universe: Annotated[
        str | None,
        typer.Option(help="shenwan, cn-etf, us-spdr or a TOML file; a stored market has its own."),
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="First day, as 2015-01-05; 2010-01-04 by default.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="Last day; the last finished session by default.")
    ] = None,
    series: Annotated[
        list[str] | None,
        typer.Option(help="Series, as cn10y,pe; commas, or several times; or 'all'."),
    ] = None,
    prices: Annotated[bool, typer.Option(help="Fetch prices too, not only series.")] = True,
    accept_revisions: Annotated[
        bool, typer.Option("--accept-revisions", help="Take histories that were rewritten.")
    ] = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Fetch what is missing from a source, and say what came, what did not, and why."""
    from backtest.data.fetch import Request, fetch_market
    from backtest.data.sources import source_named
    from backtest.render.terminal import show, tell
    from backtest.render.waiting import fetching
    from backtest.views.data import fetch_page
    from backtest.views.words import Words

    say = Words(lang)
    names = [part.strip() for text in series or () for part in text.split(",") if part.strip()]
    request = Request(
        name,
        universe=universe,
        start=_day("--start", start),
        end=_day("--end", end),
        series=tuple(names) if series else None,
        prices=prices,
        accept_revisions=accept_revisions,
    )
    with fetching(source) as progress:
        fetched = fetch_market(request, source_named(source), progress=progress)
    if json:
        print_json(fetched.to_json())
    elif fetched.came:
        show(fetch_page(fetched, say))
    if not fetched.came:
        missing = fetched.missing
        first: Note | str = Note("{id}: {reason}", id=missing[0].id, reason=missing[0].reason)
        if len(missing) > 1:
            first = Note("{first} (and {count} more like it)", first=first, count=len(missing) - 1)
        raise UserError("nothing was taken from {source}: {first}", source=source, first=first)
    if fetched.missing:
        total = len(fetched.outcomes)
        tell(
            Note(
                "nqp: {value} of {total} came or were up to date, {count} did not; run the same "
                "command again for the rest",
                value=total - len(fetched.missing),
                total=total,
                count=len(fetched.missing),
            ),
            stderr=True,
        )


@app.command("list")
def list_(lang: LangOption = "en", json: JsonOption = False) -> None:
    """List the embedded sample and every stored market."""
    from backtest.data.load import list_markets
    from backtest.render.terminal import tell
    from backtest.views.data import markets_page

    entries = list_markets()
    for entry in entries:
        if entry.problem:
            tell(Note("nqp: {problem}", problem=entry.problem), stderr=True)
    sound = [entry for entry in entries if not entry.problem]
    answer(
        json,
        lang,
        lambda: {"markets": [entry.to_json() for entry in sound]},
        lambda say: markets_page(sound, say),
    )


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="A stored market, 'sample', or an exported folder.")],
    repair: Annotated[
        bool, typer.Option("--repair", help="Go back to what is whole in a damaged store first.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show every finding.")] = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Verify a market byte by byte and list what the quality checks say about it."""
    from backtest.data.intake import reject_errors
    from backtest.data.load import check_market
    from backtest.render.terminal import tell
    from backtest.render.waiting import progress
    from backtest.views.data import findings_page

    if repair:
        from backtest.data.repair import repair as make_whole

        tell(Note("nqp: {make_whole}", make_whole=make_whole(name)), stderr=True)
    with progress("reading prices") as advance:
        findings = check_market(name, progress=advance)
    answer(
        json,
        lang,
        lambda: {"findings": [finding.to_json() for finding in findings]},
        lambda say: findings_page(findings, say, verbose=verbose),
    )
    reject_errors(findings)


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="A stored market.")],
    to: Annotated[Path, typer.Option(help="A new folder, or one an export wrote before.")],
    json: JsonOption = False,
) -> None:
    """Write a market as text files that import back to the same snapshot."""
    from backtest.data.load import export as write

    files, snapshot = write(name, to)
    names = [path.name for path in files]
    document = {"name": name, "folder": str(to), "files": names, "snapshot": snapshot}
    told(json, document, *(Note("wrote {path}", path=path) for path in files))


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            "{option} was {text!r}; write the day as 2024-06-28", option=option, text=text
        ) from error


def _pairs(option: str, texts: list[str] | None, example: str) -> dict[str, str]:
    pairs = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise UserError(
                "{option} was {text!r}; write it as {example}",
                option=option,
                text=text,
                example=example,
            )
        pairs[name.strip()] = value.strip()
    return pairs


def _days(series: str, text: str) -> int:
    if not text.isdigit():
        raise UserError(
            "the delay of {series} was {text!r}; give a number of days, as 15",
            series=series,
            text=text,
        )
    return int(text)
