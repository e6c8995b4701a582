"""What a strategy is known by: name and version if it came with the package, else its own source.

A class written by a user is its normalized syntax tree: comments, docstrings, layout and the
name of the class do not count, what it uses from the same file does, and so does every class of the
user's it inherits from. An edited rule is another strategy; a renamed class is the same one.
"""

import ast
import inspect
import linecache
import types
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from importlib.metadata import version

from backtest.errors import UserError
from backtest.soundness import built_in

OWN = "source "  # before what a user's own class is known by


@cache
def source_identity(kind: type) -> str:
    """Return what a strategy class is known by, in the ledger and in manifests.

    Returns
    -------
    str
        "strategies.rate_rotation:RateRotation 0.2.0" for a built-in one; for a user's own,
        "source " and 32 hexadecimal digits of the BLAKE2b of its normalized source.
    """
    if built_in(kind):
        return f"{kind.__module__}:{kind.__qualname__} {version('nqp-rotation')}"
    own = [base for base in kind.__mro__ if base is not object and not built_in(base)]
    own = [base for base in own if base.__module__ not in ("abc", "typing")]
    told = "\n".join(_normalized(base) for base in own)
    return f"{OWN}{blake2b(told.encode(), digest_size=16).hexdigest()}"


def normalized_source(text: str, name: str) -> str:
    r"""Return a top-level class of a file, and what it uses from that file, as one text.

    Parameters
    ----------
    text : str
        The whole file.
    name : str
        The class.

    Raises
    ------
    UserError
        If the file defines no such class at its top level.

    Examples
    --------
    >>> one = normalized_source("DAYS = 5\nclass A:\n    '''Doc.'''\n    days = DAYS", "A")
    >>> one == normalized_source("DAYS = 5  # a week\nclass B:\n    days = DAYS\nX = 1", "B")
    True
    >>> one == normalized_source("DAYS = 6\nclass A:\n    days = DAYS", "A")
    False
    """
    tree = ast.parse(text)
    defined = {defines: node for node in tree.body for defines in _defines(node)}
    if not isinstance(defined.get(name), ast.ClassDef):
        raise UserError(
            "there is no class {name} at the top level of its file; define it there", name=name
        )
    told: list[str] = []
    seen: set[ast.stmt] = set()
    waiting = [name]
    while waiting:
        node = defined.get(waiting.pop(0))
        if node is None or node in seen:
            continue
        seen.add(node)
        waiting += [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
        told.append(ast.dump(_Bare(name).visit(node)))
    return "\n".join(told)


def _defines(node: ast.stmt) -> Iterator[str]:
    """Yield the names a top-level statement gives a value."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


class _Bare(ast.NodeTransformer):
    """Takes docstrings out, and the name of the class that is asked about."""

    def __init__(self, name: str) -> None:
        self.name = name

    def generic_visit(self, node: ast.AST) -> ast.AST:
        body = getattr(node, "body", None)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and body:
            if ast.get_docstring(node, clean=False) is not None:
                node.body = body[1:] or [ast.Pass()]
            if node.name == self.name:
                node.name = ""
        if isinstance(node, ast.Name) and node.id == self.name:
            node.id = ""
        return super().generic_visit(node)


def _normalized(kind: type) -> str:
    """Return the source of one class, or its compiled methods where no source can be found."""
    try:
        linecache.checkcache(inspect.getsourcefile(kind) or "")
        lines, _ = inspect.findsource(kind)
        return normalized_source("".join(lines), kind.__qualname__)
    except (OSError, TypeError, SyntaxError, UserError):
        return "\n".join(_compiled(name, value) for name, value in sorted(vars(kind).items()))


def _compiled(name: str, value: object) -> str:
    """Return what a class attribute does: its byte code, or its own text."""
    while isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if isinstance(value, property) and value.fget is not None:
        value = value.fget
    code = getattr(value, "__code__", None)
    if isinstance(code, types.CodeType):
        inner = [part for part in code.co_consts if isinstance(part, types.CodeType)]
        plain = [repr(part) for part in code.co_consts if not isinstance(part, types.CodeType)]
        parts = [
            code.co_code.hex(),
            *plain,
            *code.co_names,
            *(part.co_code.hex() for part in inner),
        ]
        return f"{name} {' '.join(parts)}"
    simple = isinstance(value, (bool, int, float, str, tuple, frozenset, type(None)))
    hidden = name.startswith("__") and name != "__annotations__"
    return f"{name}={value!r}" if simple and not hidden else ""
