"""What people write into files, checked against the dataclass it is to become.

By pydantic, strictly: nothing is taken for something of another type. An error is one sentence that
names the file, the key, the value and what to give instead.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from backtest.errors import UserError, shown, suggest
from backtest.notes import Note

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
WANTED = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a number that is finite",
    "string": "text",
    "bool": "true or false",
    "date": "a date such as 2024-02-29",
    "datetime": "a date such as 2024-02-29",
    "tuple": "a list",
    "list": "a list",
    "dataclass": "a table of keys and values",
    "dict": "a table of keys and values",
    "too": "a list or table with an entry or more",
}


def file_text(path: Path) -> str:
    """Return the text of a file in UTF-8, without a byte-order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError("{path} is not UTF-8 text; save it as UTF-8", path=path) from error


def from_toml(text: str, source: str) -> dict[str, Any]:
    """Return what a TOML text holds; `source` is what to call it."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(
            "{source} is not valid TOML: {error}",
            source=source,
            error=str(error) or Note("nested too deep"),
        ) from error


def validated(
    kind: type[T], entries: Any, source: str, renamed: Mapping[str, str] | None = None
) -> T:
    """Return a dataclass made of a table's entries.

    A table in the place of a list of dataclasses holds them by their `id`; one in the place of a
    list of pairs holds the second of each by the first.

    Parameters
    ----------
    source : str
        What the entries were read from, to name in errors.
    renamed : mapping, optional
        Keys of the table that stand for fields of another name.

    Raises
    ------
    UserError
        For the first entry that is missing, unknown, of another type or out of its range.
    """
    from pydantic import ValidationError

    if not isinstance(entries, Mapping):
        raise UserError("{source} must be a table of keys and values", source=source)
    spelled = {(renamed or {}).get(key, key): value for key, value in entries.items()}
    listed = {name: _listed(value, name, kind) for name, value in spelled.items()}
    try:
        text = json.dumps(listed, default=_text)
        made: T = _adapter(cast(Any, kind)).validate_json(text, strict=True, extra="forbid")
    except RecursionError as error:
        raise UserError(
            "{source}: {error}", source=source, error=Note("it is nested too deep; flatten it")
        ) from error
    except ValidationError as error:
        names = {field: key for key, field in (renamed or {}).items()}
        found = error.errors()
        # A key that is unknown explains one that is missing.
        first = next((one for one in found if one["type"] in UNKNOWN), found[0])
        raise UserError(
            "{source}: {error}", source=source, error=_fault(first, kind, spelled, names)
        ) from error
    return made


def shipped_toml(package: str, name: str) -> dict[str, Any]:
    """Return a table that comes with the package, of a TOML file beside its modules."""
    return tomllib.loads((files(package) / name).read_text(encoding="utf-8"))


def parsed_json(text: str) -> Any:
    """Return a JSON document whose numbers are all finite; a ValueError or RecursionError if not.

    Examples
    --------
    >>> parsed_json('{"a": 1.5}')
    {'a': 1.5}
    """
    return json.loads(text, parse_float=_finite, parse_constant=_finite)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not finite")
    return number


def misfit(kind: Any, document: Any) -> Note | None:
    """Say what keeps a document from being of a type; None if it is, other keys notwithstanding."""
    from pydantic import ValidationError

    try:
        _adapter(kind).validate_python(document, strict=True)
    except RecursionError:
        return Note("it is nested too deep; flatten it")
    except ValidationError as error:
        entries = document if isinstance(document, Mapping) else {}
        return _fault(error.errors()[0], kind, entries, {})
    return None


def schema(kind: type) -> dict[str, Any]:
    """Return the JSON Schema of a dataclass: what `validated` takes."""
    return {"$schema": SCHEMA, **_adapter(kind).json_schema()}


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a file")


def _listed(value: Any, name: str, kind: type) -> Any:
    """Return a table as the list a field takes; anything else as it is."""
    if not isinstance(value, Mapping) or name not in _types(kind):
        return value
    inner = get_args(_types(kind)[name])
    if get_origin(_types(kind)[name]) is not tuple:
        return value
    if is_dataclass(inner[0]):
        return [
            {"id": key, **item} if isinstance(item, Mapping) else item
            for key, item in value.items()
        ]
    return [[key, item] for key, item in value.items()]


@cache
def _types(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hint for name, hint in hints.items() if get_origin(hint) is not ClassVar}


def _fault(
    error: Mapping[str, Any],
    kind: type,
    entries: Mapping[str, Any],
    names: Mapping[str, str],
) -> Note:
    """Say what is wrong with one entry, and what to give."""
    if isinstance(inner := error.get("ctx", {}).get("error"), UserError):
        return Note("{error}", error=inner.args[0])
    path = list(error["loc"])
    key, context = _key(path, entries, names) or "it", error.get("ctx", {})
    what, value = error["type"], shown(repr(error["input"]))
    if path[-1:] in (["float"], ["str"]):  # of a value that may be either
        key, wanted = key.rpartition(".")[0], "a number or text"
        return Note(
            "{key} must be {wanted}, was {value}", key=key, wanted=Note(wanted), value=value
        )
    if what in ("missing", "missing_argument"):
        return Note("{key} is missing; add it", key=key)
    if what in UNKNOWN:
        known = _known(kind, path)
        hint = suggest(str(path[-1]), known)
        return Note("{key} is no key here; {suggestion}", key=key, suggestion=hint)
    if what == "json_invalid":
        return Note("it is nested too deep; flatten it")
    limits = {
        "greater_than_equal": Note("{bound} or more", bound=context.get("ge")),
        "greater_than": Note("a number above {bound}", bound=context.get("gt")),
        "less_than_equal": Note("at most {bound}", bound=context.get("le")),
        "less_than": Note("a number below {bound}", bound=context.get("lt")),
    }
    if what in limits:
        return Note("{name} was {given}; give {wanted}", name=key, given=value, wanted=limits[what])
    needed = WANTED.get(what.partition("_")[0])
    if needed is None:
        return Note("{key} cannot be read ({error})", key=key, error=error["msg"])
    return Note("{key} must be {wanted}, was {value}", key=key, wanted=Note(needed), value=value)


def _known(kind: type, path: list[Any]) -> list[str]:
    """Return the keys there are where a path ends."""
    for step in path[:-1]:
        kind = _held(_types(kind).get(step)) or kind
    return list(_types(kind))


def _held(hint: Any) -> type | None:
    """Return the dataclass that a list or table of a type holds."""
    if is_dataclass(hint):
        return cast(type, hint)
    return next((kind for inner in get_args(hint) if (kind := _held(inner))), None)


def _key(path: list[Any], entries: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Write the place of an entry as its file has it: instruments[3].lot, series.pmi.unit."""
    field, rest = str(path[0]) if path else "", path[1:]
    text, table = names.get(field, field), entries.get(field)
    if rest and isinstance(rest[0], int) and isinstance(table, Mapping):
        text += f".{list(table)[rest[0]]}"
        rest = rest[1:] if rest[1:] and isinstance(rest[1], str) else rest[2:]
    for step in rest:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text
