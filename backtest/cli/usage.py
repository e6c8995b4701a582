"""Words of the shell that fit no command, said in one sentence."""

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


# What click says of words that fit nothing; its sentences are no values.
SAID = (
    "no such option: {name}",
    "no such command {name}",
    "missing argument {name}",
    "missing option {name}",
    "got unexpected extra argument(s) {name}",
    "got unexpected extra argument {name}",
    "got unexpected extra arguments {name}",
    "option {name} requires an argument",
    "option {name} does not take a value",
    "invalid value for {name}: {why}",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number",
    "{value} is not one of {names}",
)


def _said(text: str) -> str:
    """Return what click says of words that fit nothing, as a note where it is one of these."""
    for code in SAID:
        begun = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(code))
        if found := re.fullmatch(begun, text):
            return Note(code, **{name: _said(value) for name, value in found.groupdict().items()})
    return text
