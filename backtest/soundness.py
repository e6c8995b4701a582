"""Is a user's class of a strategy or trigger sound: its methods, its fields, how it is declared."""

import inspect
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from backtest.notes import Note

OURS = ("backtest", "strategies")
TAKES = {
    "rules": "self",
    "overlays": "self",
    "baskets": "self, market",
    "regime": "self, market",
    "target_weights": "self, market",
    "evaluate": "self, market",
}


def unsound(kind: type) -> Iterator[Note]:
    """Yield what is wrong with a user's class, in a sentence each."""
    name, own = kind.__name__, vars(kind)
    base = next(parent for parent in kind.__mro__ if built_in(parent))
    missing = sorted(getattr(kind, "__abstractmethods__", ()))
    if missing:
        yield lacking(kind, missing)
    typed = own.get("__annotations__", {})
    annotated = [key for key, hint in typed.items() if "ClassVar" not in str(hint)]
    decorated = "__dataclass_params__" in own
    if annotated and not decorated:
        yield Note(
            "{name} has the fields {fields}, but is no dataclass, so they are no parameters; write "
            "@dataclass(frozen=True) above the class",
            name=name,
            fields=", ".join(annotated),
        )
    if decorated and not own["__dataclass_params__"].frozen:
        yield Note(
            "{name} can be changed after it is made; write @dataclass(frozen=True) above it",
            name=name,
        )
    hints = vars(base).get("__annotations__", {})
    offered = {key for key, hint in hints.items() if "ClassVar" not in str(hint)}
    for key in annotated:
        if hasattr(base, key) and key not in {*getattr(base, "__dataclass_fields__", {}), *offered}:
            yield Note(
                "the field {field} of {name} hides what a {base} calls {field}; rename it",
                field=key,
                name=name,
                base=base.__name__,
            )
    for key, value in own.items():
        if key in TAKES:
            yield from _method(name, key, value)
        elif not (key.startswith("_") or key.isupper() or key in typed):
            yield from _untyped(name, key, value, base)


def lacking(kind: type, missing: list[str]) -> Note:
    """Say which methods a class lacks, and which of its own were probably meant."""
    own = [key for key in vars(kind) if not key.startswith("_")]
    for method in missing:
        if near := get_close_matches(method, own, n=1):
            return Note(
                "{kind} lacks the method {method}; rename {near!r} to {method!r}",
                kind=kind.__name__,
                method=method,
                near=near[0],
            )
    return Note(
        "{kind} lacks {methods}; write {write}",
        kind=kind.__name__,
        methods=", ".join(missing),
        write=", ".join(f"def {method}({TAKES.get(method, 'self')})" for method in missing),
    )


def _method(name: str, key: str, value: Any) -> Iterator[Note]:
    write = f"def {key}({TAKES[key]})"
    if isinstance(value, property) or not callable(value):
        yield Note(
            "{method} of {name} is a {kind}, and has to be a method; write {write}",
            method=key,
            name=name,
            kind=type(value).__name__,
            write=write,
        )
        return
    try:
        inspect.signature(value).bind(*TAKES[key].split(", "))
    except TypeError:
        yield Note(
            "{method} of {name} takes ({takes}); write {write}",
            method=key,
            name=name,
            takes=", ".join(inspect.signature(value).parameters),
            write=write,
        )


def _untyped(name: str, key: str, value: Any, base: type) -> Iterator[Note]:
    """Say so where a value of the class looks like a parameter and is none."""
    if callable(value) or hasattr(type(value), "__get__"):
        return
    hint = "tuple" if isinstance(value, (list, tuple)) else type(value).__name__
    known = key in getattr(base, "__dataclass_fields__", {})
    if known or not hasattr(base, key):
        yield Note(
            "{field} of {name} has no type, so it is no parameter; write {typed}",
            field=key,
            name=name,
            typed=f"{key}: {hint} = {value!r}",
        )


@cache
def built_in(kind: type) -> bool:
    """Whether a class came with the package."""
    return kind.__module__.partition(".")[0] in OURS


def defined(kind: type) -> str:
    """Return the file and line of a user's class, in brackets."""
    if built_in(kind):
        return ""
    try:
        file, (_, line) = inspect.getsourcefile(kind), inspect.getsourcelines(kind)
    except (OSError, TypeError):
        return ""
    return f" ({Path(file or '').name}:{line})"
