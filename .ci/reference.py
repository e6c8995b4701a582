"""Build the API reference with pdoc; fail on anything it warns of, and on every dead reference.

`python .ci/reference.py FOLDER`. A reference is dead if it is a link in a page to a page or an
anchor that is not there, or a dotted name in backticks, in a docstring, that cannot be imported.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, resolve_name
from urllib.parse import unquote, urlsplit

import pdoc

PACKAGES = ("backtest", "strategies")
NAMED = re.compile(rf"`((?:{'|'.join(PACKAGES)})(?:\.\w+)+)`")


def main() -> None:
    """Build the reference into the folder named, and check it."""
    folder = Path(sys.argv[1])
    warnings.simplefilter("error")
    # of fields that are typed and have no value
    warnings.filterwarnings("ignore", "Cannot determine where")
    # pdoc looks for the types of a NamedTuple's fields in a module that only exists in its name
    warnings.filterwarnings("ignore", "Error parsing type annotation ForwardRef")
    # what a subclass of a frame inherits is pandas'
    warnings.filterwarnings("ignore", "Error parsing type annotation .* for pandas")
    modules = [name for package in PACKAGES for name in _loaded(package)]
    pdoc.render.configure(docformat="numpy")
    pdoc.pdoc(*PACKAGES, output_directory=folder)
    dead = [*_dead_links(folder), *_dead_names(modules)]
    print(f"{len(modules)} modules, {len(list(folder.rglob('*.html')))} pages in {folder}")
    if dead:
        sys.exit("\n".join(["these lead nowhere:", *dead]))


def _loaded(name: str) -> Iterator[str]:
    """Import a module and all below it, and tell pdoc to show what is below.

    A package's names are documented in the modules that define them, the public ones of the
    framework on its own page too.
    """
    module = import_module(name)
    yield name
    below = [entry.name for entry in iter_modules(getattr(module, "__path__", ()))]
    below = [part for part in below if part != "__main__"]
    for part in below:
        yield from _loaded(f"{name}.{part}")
    if name == PACKAGES[0]:
        for public in module.__all__:
            setattr(module, public, getattr(module, public))  # they load lazily, unseen by pdoc
        below = [*module.__all__, *below]
    if hasattr(module, "__path__"):
        module.__all__ = below


class _Page(HTMLParser):
    """The links of a page and what can be linked to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            if key == "id" and value:
                self.anchors.add(value)
            if tag == "a" and key == "href" and value:
                self.links.append(value)


def _dead_links(folder: Path) -> Iterator[str]:
    pages = {path.resolve(): _Page(path) for path in folder.rglob("*.html")}
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target not in pages or unquote(parts.fragment) not in pages[target].anchors | {""}:
                yield f"{path.name}: {link}"


def _dead_names(modules: list[str]) -> Iterator[str]:
    for module in modules:
        source = Path(import_module(module).__file__ or "").read_text(encoding="utf-8")
        for name in sorted(set(NAMED.findall(source))):
            try:
                resolve_name(name)
            except (ImportError, AttributeError):
                yield f"{module}: `{name}`"


if __name__ == "__main__":
    main()
