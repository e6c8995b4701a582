"""`nqp thesis`: theses in files; parsing only."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from backtest.cli.new import FolderOption, write_new
from backtest.cli.options import JsonOption, LangOption, answer, print_json, told
from backtest.errors import UserError
from backtest.notes import Note

app = typer.Typer(help="Theses in files: dated claims that a market can refute.")


@app.command("list")
def listed(lang: LangOption = "en", json: JsonOption = False) -> None:
    """List the theses that come with the package."""
    from backtest.views.thesis import theses_page, thesis_document
    from backtest.views.words import Words
    from strategies.claims import SHIPPED, shipped_thesis

    found = {name: shipped_thesis(name) for name in SHIPPED}
    answer(
        json,
        lang,
        lambda: {"theses": [thesis_document(*one, Words(lang)) for one in found.items()]},
        lambda say: theses_page(found, say),
    )


@app.command("show")
def shown(
    thesis: Annotated[str, typer.Argument(help="FILE.toml, or a name of 'nqp thesis list'.")],
    json: JsonOption = False,
) -> None:
    """Print a thesis as its file has it, once it has been read without a fault."""
    from backtest.cli.lookup import find_thesis
    from backtest.evidence.observables import check_claim
    from backtest.render.plain import clean

    found = find_thesis(thesis)
    for claim in found.claims:
        check_claim(claim)
    if json:
        print_json({"text": found.text})
    else:
        print(clean(found.text), end="")


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="What to call it, as my-thesis.")],
    out: FolderOption = Path(),
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Write a commented thesis that 'nqp evidence --thesis' measures at once, to this folder."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", name):
        raise UserError("{name!r} is no name for a thesis; give letters, as my-thesis", name=name)
    template = (files("strategies") / "theses" / "template.toml").read_text(encoding="utf-8")
    (path,) = write_new(out, {f"{name}.toml": template})
    told(
        json,
        {"written": [path]},
        Note("wrote {path}", path=path),
        Note("next: nqp evidence --thesis {path}, nqp run {path}", path=path),
    )


@app.command("schema")
def schema(json: JsonOption = True) -> None:
    """Print the JSON Schema of a thesis file, for editors and other programs."""
    from backtest import validation
    from backtest.strategy.thesis_file import ThesisFile

    print_json(validation.schema(ThesisFile))
