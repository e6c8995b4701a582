"""The first difference between two versions of a file, as a place and both values."""

import csv
import json
from dataclasses import dataclass
from typing import Any

from backtest.errors import LONGEST, shown
from backtest.notes import Note

BEFORE = 20  # of them before the place that differs, where it is further on
GONE = "nothing"


@dataclass(frozen=True)
class Difference:
    """Where a file first differs: `recorded` in the folder, `again` when it was run again."""

    file: str
    where: str
    recorded: str
    again: str

    @property
    def sentence(self) -> Note:
        """The difference in a sentence."""
        return Note(
            "{place}: {recorded} in the folder, {again} when run again.",
            place=f"{self.file}, {self.where}" if self.where else self.file,
            recorded=self.recorded,
            again=self.again,
        )


def first_difference(file: str, recorded: bytes | None, again: bytes) -> Difference | None:
    """Return where a file first differs from what was written again; None where no byte does.

    Parameters
    ----------
    recorded : bytes or None
        The file's content; None where there is no such file.
    """
    if recorded == again:
        return None
    if recorded is None:
        return Difference(file, "", "no such file", "one")
    try:
        before, after = recorded.decode(), again.decode()
    except UnicodeDecodeError:
        return Difference(file, "", "no text in UTF-8", "text")
    if file.endswith(".json"):
        found = _in_json(file, before, after)
        if found is not None:
            return found
    return _in_lines(file, before, after)


def _in_json(file: str, before: str, after: str) -> Difference | None:
    """Compare JSON documents key by key; None where they differ in how they are written only."""
    try:
        found = _path(json.loads(before), json.loads(after), "")
    except (ValueError, RecursionError):
        return Difference(file, "", "no JSON", "JSON")
    if found is None:
        return None
    where, recorded, again = found
    return Difference(file, f"key {shown(where)}" if where else "", recorded, again)


def _path(before: Any, after: Any, where: str) -> tuple[str, str, str] | None:
    """Return the first key, in the order written again, whose values differ, and both."""
    for kind in (dict, list):
        if not (isinstance(before, kind) and isinstance(after, kind)):
            continue
        listed = kind is list
        old, new = (dict(enumerate(side)) if listed else side for side in (before, after))
        for key in (*new, *(key for key in old if key not in new)):
            below = f"{where}[{key}]" if listed else f"{where}.{key}" if where else str(key)
            if key not in old or key not in new:
                here = [_json(side[key]) if key in side else GONE for side in (old, new)]
                return below, here[0], here[1]
            found = _path(old[key], new[key], below)
            if found is not None:
                return found
        return None
    # A true is no 1, and a 1 no 1.0: they are other bytes.
    same = type(before) is type(after) and before == after
    return None if same else (where, _json(before), _json(after))


def _in_lines(file: str, before: str, after: str) -> Difference:
    """Compare texts line by line, those of a CSV cell by cell."""
    old, new = before.split("\n"), after.split("\n")
    shared = zip(old, new, strict=False)
    line = next((number for number, (a, b) in enumerate(shared) if a != b), min(len(old), len(new)))
    recorded, again = (lines[line] if line < len(lines) else None for lines in (old, new))
    where = f"line {line + 1}"
    if recorded is None or again is None or not file.endswith(".csv") or line == 0:
        return Difference(file, where, *_texts(recorded, again))
    header, cells, others = (next(csv.reader([text]), []) for text in (new[0], recorded, again))
    if len(cells) == len(others) == len(header):
        for name, cell, other in zip(header, cells, others, strict=True):
            if cell != other:
                row = f" ({others[0]})" if cells[0] == others[0] else ""
                return Difference(file, f"{where}{row}, column {name}", shown(cell), shown(other))
    return Difference(file, where, *_texts(recorded, again))


def _texts(recorded: str | None, again: str | None) -> tuple[str, str]:
    """Return two lines as they are shown, around where they differ; the end of a file is none."""
    if recorded is None or again is None:
        here = ["no such line" if line is None else repr(shown(line)) for line in (recorded, again)]
        return here[0], here[1]
    pairs = zip(recorded, again, strict=False)
    shorter = min(len(recorded), len(again))
    place = next((number for number, (a, b) in enumerate(pairs) if a != b), shorter)
    begin = place - BEFORE if place >= LONGEST else 0
    here = [repr(("…" if begin else "") + shown(line[begin:])) for line in (recorded, again)]
    return here[0], here[1]


def _json(value: Any) -> str:
    return shown(json.dumps(value, ensure_ascii=True))
