"""Words of the shell that fit no command, said in one sentence."""

from __future__ import annotations

import re

import typer

from backtest.errors import suggest
from backtest.notes import Note

# Typer may bring its own click, so that the class is had from what it exports of it.
UsageError: type[typer.BadParameter] = typer.BadParameter.__bases__[0]


def is_help(error: typer.BadParameter) -> bool:
    """Whether nothing was wrong but that a command with commands was given none."""
    return type(error).__name__ == "NoArgsIsHelpError"


def usage_sentence(error: typer.BadParameter) -> str:
    """Say what the shell's words got wrong, and what was meant or where the help is."""
    command = error.ctx.command_path if error.ctx is not None else "nqp"
    where = Note("see '{command} --help'", command=command)
    known = [name for name in getattr(error, "possibilities", None) or () if name[:2] == "--"]
    said = error.message if known else error.format_message()
    said, _, meant = said.partition(" Did you mean ")
    said = re.sub(r"^([A-Z])(?=[a-z])", lambda first: first[0].lower(), said.rstrip(". "))
    if known:
        option = str(getattr(error, "option_name", ""))
        return Note("{said}; {hint}", said=_said(said), hint=suggest(option, known))
    hint = Note("did you mean {name}", name=meant) if meant else where
    return Note("{said}; {hint}", said=_said(said), hint=hint)


def _said(text: str) -> str:
    """Return what click says of words that fit nothing, as a note where it is one of these."""
    for code in ("no such option: {name}", "no such command {name}", "missing argument {name}"):
        begin = code.partition("{")[0]
        if text.startswith(begin):
            return Note(code, name=text.removeprefix(begin))
    return text
