"""The server an agent talks to: its tools, their words and types, and the files it may read."""

import re
from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files
from itertools import count
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from backtest.agent.fence import inside
from backtest.agent.job import Job
from backtest.agent.jobs import done
from backtest.agent.parameters import (
    Costs,
    Day,
    Events,
    Fill,
    FrameworkFile,
    Grid,
    Market,
    Save,
    Settings,
    Strategy,
    Where,
)
from backtest.errors import UserError
from backtest.home import home

Answer = dict[str, Any]
Client = Context[Any, Any]
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
COUNTS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
NAMED = re.compile(r"[^\w .-]+")


def guide() -> str:
    """Return the guide for agents: what to ask in which order, and what not to claim."""
    return (files("backtest.agent") / "guide.md").read_text("utf-8")


def server(workspace: Path, max_trials: int | None = None) -> MCPServer[Any]:
    """Return the server of a workspace.

    Parameters
    ----------
    workspace : Path
        The one folder, apart from the store, that is read and written.
    max_trials : int, optional
        How many trials a market's record may hold before no more are made.
    """
    place = workspace.resolve()
    made: MCPServer[Any] = MCPServer(
        "nqp-rotation", instructions=guide(), version=version("nqp-rotation"), log_level="WARNING"
    )

    async def ask(context: Client, tool: str, asked: Mapping[str, Any]) -> Answer:
        numbers = count(1)

        async def say(line: str) -> None:
            await context.report_progress(next(numbers), message=line)

        job = Job(tool, {**asked}, str(place), str(home()), _asker(context), max_trials)
        try:
            return await done(job, say)
        except (UserError, RuntimeError) as error:
            raise ToolError(str(error)) from error

    async def command(context: Client, name: str, *words: str, **options: Any) -> Answer:
        asked = {"command": name.split(), "words": [*words], **options}
        return await ask(context, "command", asked)

    @made.tool(annotations=READS)
    async def markets(context: Client) -> Answer:
        """List the markets of the store."""
        return await command(context, "data list")

    @made.tool(annotations=READS)
    async def strategies(context: Client) -> Answer:
        """List the strategies that come with the package."""
        return await command(context, "strategies")

    @made.tool(annotations=READS)
    async def describe(strategy: Strategy, context: Client) -> Answer:
        """Say what a strategy does, its parameters, its claims and what refutes it."""
        return await command(context, "strategies", strategy)

    @made.tool(annotations=READS)
    async def baskets(context: Client, market: Market = "sample") -> Answer:
        """List sectors, baskets and industries with their members on a market."""
        return await command(context, "baskets", market=market)

    @made.tool(annotations=READS)
    async def claims(context: Client) -> Answer:
        """List the claims of the research report, and what would refute each."""
        return await ask(context, "claims", {})

    @made.tool(annotations=COUNTS)
    async def run(
        context: Client,
        strategy: Strategy = "thesis-rotation",
        market: Market = "sample",
        start: Day = None,
        end: Day = None,
        set: Settings = None,
        costs: Costs = "etf",
        fill: Fill = "open",
        save: Save = None,
    ) -> Answer:
        """Backtest one strategy. Counts as one trial; `trust` says what the figures are worth."""
        asked = {"strategy": strategy, "market": market, "start": start, "end": end}
        more = {"set": set or [], "costs": costs, "fill": fill, "save": save}
        return await ask(context, "run", {**asked, **more})

    @made.tool(annotations=COUNTS)
    async def compare(
        strategies: list[Strategy],
        context: Client,
        market: Market = "sample",
        start: Day = None,
        end: Day = None,
        costs: Costs = "etf",
        fill: Fill = "open",
        save: Save = None,
    ) -> Answer:
        """Backtest several strategies. Each counts as a trial and brings its own `trust`."""
        asked = {"strategies": strategies, "market": market, "start": start, "end": end}
        return await ask(context, "compare", {**asked, "costs": costs, "fill": fill, "save": save})

    @made.tool(annotations=READS)
    async def check(subject: Strategy, context: Client, market: Market = "sample") -> Answer:
        """Find out whether a strategy or trigger looks ahead. Ask before you believe a figure."""
        return await command(context, "check", subject, market=market)

    @made.tool(annotations=COUNTS)
    async def tune(
        strategy: Strategy,
        grid: Grid,
        context: Client,
        market: Market = "sample",
        start: Day = None,
        end: Day = None,
        where: Where = None,
        trials: Annotated[
            int | None, Field(description="Search with this many instead of all.", ge=1)
        ] = None,
        score: str = "sharpe",
        holdout: Day = None,
        costs: Costs = "etf",
        fill: Fill = "open",
        save: Save = None,
    ) -> Answer:
        """Try variants. Each counts as a trial; `honesty.verdict` says skill, luck or cannot tell.

        Set `holdout` to keep sessions out of the choice.
        """
        asked = {"strategy": strategy, "grid": grid, "market": market, "start": start, "end": end}
        more = {"where": where, "trials": trials, "score": score, "holdout": holdout}
        given = {"costs": costs, "fill": fill, "save": save}
        return await ask(context, "tune", {**asked, **more, **given})

    @made.tool(annotations=COUNTS)
    async def walk_forward(
        strategy: Strategy,
        grid: Grid,
        context: Client,
        market: Market = "sample",
        start: Day = None,
        end: Day = None,
        train_years: Annotated[float, Field(gt=0)] = 3.0,
        test_years: Annotated[float, Field(gt=0)] = 1.0,
        score: str = "sharpe",
        costs: Costs = "etf",
        fill: Fill = "open",
    ) -> Answer:
        """Tune on the past and trade what follows, again and again: the out-of-sample record."""
        asked = {"strategy": strategy, "grid": grid, "market": market, "start": start, "end": end}
        more = {"train_years": train_years, "test_years": test_years, "score": score}
        given = {**asked, **more, "costs": costs, "fill": fill}
        return await ask(context, "walk_forward", given)

    @made.tool(annotations=COUNTS)
    async def evidence(
        context: Client,
        strategy: Strategy | None = None,
        market: Market = "sample",
        as_of: Day = None,
        set: Settings = None,
    ) -> Answer:
        """Give a verdict for each claim; for a strategy also placebos, attribution, foresight."""
        words = () if strategy is None else (strategy,)
        given = {"market": market, "as_of": as_of, "set": set, "counts": strategy is not None}
        return await command(context, "evidence", *words, **given)

    @made.tool(annotations=READS)
    async def events(
        context: Client, events: Events = "policy", market: Market = "sample", by_kind: bool = True
    ) -> Answer:
        """Measure what followed dated events, in all or by kind."""
        named = events if events == "policy" else str(_inside(place, events))
        given = {"events": named, "by": "kind" if by_kind else None, "market": market}
        found = await command(context, "evidence", **given)
        return {"events": found["events"]}

    @made.tool(annotations=READS)
    async def rotation_map(
        context: Client,
        market: Market = "sample",
        as_of: Day = None,
        weeks: Annotated[int, Field(ge=1, le=104)] = 12,
        baskets: Annotated[
            str | None, Field(description="Baskets instead of sectors, as nqp,traditional.")
        ] = None,
    ) -> Answer:
        """Place every sector by relative strength and its momentum, as known on a date."""
        given = {"market": market, "as_of": as_of, "weeks": weeks, "baskets": baskets}
        return await command(context, "map", **given)

    @made.tool(annotations=READS)
    async def index(
        context: Client,
        market: Market = "sample",
        framework: FrameworkFile = "observable",
        as_of: Day = None,
    ) -> Answer:
        """Compute the composite index: its last levels, pillars, coverage and links."""
        named = str(_inside(place, framework)) if framework.endswith(".toml") else framework
        return await command(context, "index", market=market, framework=named, as_of=as_of)

    @made.tool(annotations=READS)
    async def today(
        context: Client,
        strategy: Strategy = "thesis-rotation",
        market: Market = "sample",
        set: Settings = None,
        allow_stale: bool = False,
    ) -> Answer:
        """Say what a strategy holds now, and which trigger is nearest to firing."""
        given = {"market": market, "set": set, "allow_stale": allow_stale}
        return await command(context, "today", strategy, **given)

    @made.tool(annotations=READS)
    async def runs(context: Client) -> Answer:
        """List what was run in this store."""
        return await command(context, "runs")

    @made.tool(annotations=READS)
    async def trials(context: Client, market: str | None = None) -> Answer:
        """List every trial ever made in this store: by whom, how many, how many independent."""
        return await command(context, "trials", market=market)

    @made.tool(annotations=COUNTS)
    async def report(
        folder: Annotated[str, Field(description="A folder of the workspace, from `save`.")],
        context: Client,
        format: Literal["html", "pdf", "png"] = "html",
        lang: Literal["en", "zh"] = "en",
    ) -> Answer:
        """Write a saved result's report or pictures, and return where they can be read."""
        where = _inside(place, folder)
        found = await command(context, "report", str(where), format=format, lang=lang)
        written = [Path(path).resolve().relative_to(place) for path in found["written"]]
        return {"written": [f"nqp://workspace/{path.as_posix()}" for path in written]}

    @made.resource("nqp://guide", mime_type="text/markdown")
    def guide_resource() -> str:
        """Say what to ask in which order, what verdicts mean, and what not to claim."""
        return guide()

    @made.resource("nqp://workspace/{folder}/{file}", mime_type="application/octet-stream")
    def workspace_file(folder: str, file: str) -> str | bytes:
        """Return a report, picture or table of a result saved in the workspace."""
        found = _inside(place, f"{folder}/{file}")
        kind = guess_type(found.name)[0] or ""
        text = kind.startswith("text/") or kind == "application/json"
        return found.read_text("utf-8") if text else found.read_bytes()

    return made


def _inside(place: Path, name: str) -> Path:
    try:
        return inside(place, name)
    except UserError as error:
        raise ToolError(str(error)) from error


def _asker(context: Client) -> str:
    """Return what the client calls itself, as the ledger writes it."""
    params = context.session.client_params
    name = "" if params is None else params.client_info.name
    return f"agent: {NAMED.sub(' ', name).strip()[:40] or 'unnamed'}"
