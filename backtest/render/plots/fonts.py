"""Fonts for pictures: Chinese where a font has it, and never a box in place of a character."""

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from matplotlib import font_manager, style
from matplotlib.ft2font import FT2Font

LATIN = "DejaVu Sans"  # comes with matplotlib
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
    "Arial Unicode MS",
)
MISSING = (
    "no font with Chinese characters is installed, so pictures are labeled in English; install "
    "one, for example Noto Sans CJK SC"
)


def _is_news(record: logging.LogRecord) -> bool:
    return "font weight" not in record.getMessage()


# That a font has no face of just that weight is no news, whoever draws the picture.
logging.getLogger("matplotlib.font_manager").addFilter(_is_news)


def chinese_font(installed: Iterable[str] | None = None) -> str | None:
    """Return the name of a font with Chinese characters, None where there is none.

    Parameters
    ----------
    installed : iterable of str, optional
        Names of fonts to choose from; by default those on this machine.
    """
    known = set(_installed() if installed is None else installed)
    return next((name for name in CHINESE if name in known), None)


@contextmanager
def fonts() -> Iterator[None]:
    """Draw with a font that has Chinese characters behind the usual one; `$` is only a sign.

    Nothing else that was set of matplotlib counts: quantstats changes it as it is imported.
    """
    chinese = chinese_font()
    family = [LATIN] if chinese is None else [LATIN, chinese]
    ours = {"font.family": family, "text.parse_math": False, "pdf.fonttype": 42}
    with style.context(["default", ours]):
        yield


def drawable(text: str) -> str:
    """Return a text with a question mark for every character no font here has."""
    known = _characters(LATIN, chinese_font() or LATIN)
    if all(ord(letter) in known or letter == "\n" for letter in text):
        return text
    if any("\u4e00" <= letter <= "\u9fff" and ord(letter) not in known for letter in text):
        _warn_once()
    return "".join(letter if ord(letter) in known or letter == "\n" else "?" for letter in text)


@cache
def _installed() -> frozenset[str]:
    """Return the fonts matplotlib knows; those installed since it last looked, if need be."""
    names = {entry.name for entry in font_manager.fontManager.ttflist}
    if not names & set(CHINESE):
        known = {entry.fname for entry in font_manager.fontManager.ttflist}
        for path in font_manager.findSystemFonts():
            if path not in known:
                try:
                    font_manager.fontManager.addfont(path)
                except (OSError, RuntimeError, ValueError):
                    continue  # not a font after all
        names = {entry.name for entry in font_manager.fontManager.ttflist}
    return frozenset(names)


@cache
def _characters(*families: str) -> frozenset[int]:
    found = (FT2Font(font_manager.findfont(family)).get_charmap() for family in families)
    return frozenset().union(*found)


@cache
def _warn_once() -> None:
    warnings.warn(MISSING, UserWarning, stacklevel=4)
