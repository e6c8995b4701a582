"""`nqp new`: a strategy file that runs, and a test for it."""

import re
from collections.abc import Mapping
from importlib.resources import files
from keyword import iskeyword
from pathlib import Path
from typing import Annotated

import typer

from backtest.cli.options import JsonOption, LangOption, told
from backtest.errors import UserError
from backtest.notes import Note

FolderOption = Annotated[Path, typer.Option("--out", help="The folder to write to.")]


def new(
    name: Annotated[str, typer.Argument(help="What to call it, as my-rotation or MyRotation.")],
    out: FolderOption = Path(),
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Write a commented strategy that runs at once, and a test for it, to this folder."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)
    module = "_".join(words).lower()
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{1,39}", name) or not words or iskeyword(module):
        raise UserError(
            "{name!r} is no name for a strategy; give letters, as my-rotation", name=name
        )
    kind = "".join(word[0].upper() + word[1:] for word in words)
    names = {"strategy": f"{module}.py", "test": f"test_{module}.py"}
    texts = {
        file: (files("backtest.cli") / "templates" / f"{of}.txt").read_text(encoding="utf-8")
        for of, file in names.items()
    }
    written = write_new(
        out, {file: text.format(kind=kind, module=module) for file, text in texts.items()}
    )
    told(
        json,
        {"written": written},
        Note("wrote {module}.py and {test}.py", module=out / module, test=out / f"test_{module}"),
        Note(
            "next: nqp check {module}.py, nqp run {module}.py, pytest {out}",
            module=out / module,
            out=out,
        ),
    )


def write_new(out: Path, texts: Mapping[str, str]) -> list[str]:
    """Write files that are not there yet to a folder that is, and return their paths."""
    from backtest.atomic import write_file

    if not out.is_dir():
        raise UserError("there is no folder {out}; make it first", out=out)
    for file in texts:
        if (out / file).exists():
            raise UserError("{path} exists already; give another name", path=out / file)
    for file, text in texts.items():
        write_file(out / file, text.encode())
    return [str(out / file) for file in texts]
