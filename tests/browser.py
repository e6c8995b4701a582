"""A browser: opens a report as a reader would, and notes requests and complaints.

`python -m tests.browser REPORT.html PICTURE.png` takes the picture of the top of a report.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = "no browser here: /usr/bin/chromium is not installed"


def missing() -> bool:
    """Whether browser tests may be skipped; in CI they may not."""
    return not CHROMIUM.exists() and "CI" not in os.environ


@dataclass
class Opened:
    """A page that is open, what it asked for, and what it complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def browser() -> Iterator[Any]:
    """Start a browser that talks to nobody of its own accord."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield started
        started.close()


def open_file(started: Any, path: Path, *, width: int = 1280, height: int = 900) -> Opened:
    """Open a report from disk and wait until its charts are drawn."""
    opened = Opened(started.new_page(viewport={"width": width, "height": height}))
    opened.page.set_default_timeout(300_000)  # milliseconds: the machine may have other work
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.page.on("console", lambda message: opened.complaints.append(message.text))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.goto(path.resolve().as_uri())
    opened.page.wait_for_function(
        "[...document.querySelectorAll('.chart')].every(box => box.querySelector('.main-svg'))"
    )
    return opened


def main() -> None:
    """Take the picture."""
    report, picture = map(Path, sys.argv[1:])
    with browser() as started:
        opened = open_file(started, report, height=1820)
        opened.page.screenshot(path=str(picture))
    from PIL import Image

    few = Image.open(picture).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE)
    few.save(picture, optimize=True)


if __name__ == "__main__":
    main()
