"""Data flow one way: no circle of imports, those inside functions and for types included."""

import ast
from functools import cache
from pathlib import Path

import grimp
import pytest


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("backtest", "strategies", include_external_packages=True)


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Return the modules that can reach themselves, grouped (Tarjan 1972)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        waiting.append(module)
        for other in sorted(graph.find_modules_directly_imported_by(module)):
            if other not in number:
                visit(other)
                lowest[module] = min(lowest[module], lowest[other])
            elif other in waiting:
                lowest[module] = min(lowest[module], number[other])
        if lowest[module] == number[module]:
            at = waiting.index(module)
            group = waiting[at:]
            del waiting[at:]
            if len(group) > 1:
                found.append(sorted(group))

    for module in sorted(graph.modules):
        if module not in number:
            visit(module)
    return found


def test_no_module_reaches_itself():
    assert len(graph().modules) > 250
    assert circles(graph()) == []


def test_a_circle_would_be_found():
    made = grimp.ImportGraph()
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")):
        made.add_import(importer=importer, imported=imported)
    assert circles(made) == [["b", "c"]]


@pytest.mark.parametrize(
    ("package", "others"),
    [
        ("matplotlib", set()),
        ("rich", set()),
        ("jinja2", set()),
        ("openpyxl", {"backtest.data.grid"}),
    ],
)
def test_only_render_draws_and_writes_sheets(package, others):
    """Workbooks are read where data come in; what plotly.js draws is plain JSON."""
    importers = graph().find_modules_that_directly_import(package)
    assert {name for name in importers if not name.startswith("backtest.render")} <= others


def test_no_two_classes_share_a_name():
    places: dict[str, list[str]] = {}
    root = Path(__file__).parents[1]
    for path in [*root.glob("backtest/**/*.py"), *root.glob("strategies/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path))
    assert len(places) > 200
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
