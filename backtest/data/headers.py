"""What the headers of terminals, vendors and tools mean, in English and Chinese."""

import re
from collections.abc import Mapping
from functools import cache

from backtest.validation import shipped_toml

HEADERS: Mapping[str, str] = shipped_toml("backtest.data", "headers.toml")
MEANINGS = {alias: role for role, names in HEADERS.items() for alias in (role, *names.split())}
# Traditional characters of headers, and the simplified ones they are compared as.
SIMPLIFIED = str.maketrans(
    "開盤價時間額證碼稱簡數點總發佈漲跌報狀態後說變動題",
    "开盘价时间额证码称简数点总发布涨跌报状态后说变动题",
)
# Rows above the data that say something about each column, and what.
LABELS = {"unit": ("单位", "unit", "units"), "frequency": ("频率", "frequency", "freq")}

# "收盘价:元": what follows a colon is a unit if it is short.
UNIT_LETTERS = 4

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]|[<>]")
_COUNTED = re.compile(r"[(（\[【:：_/]\s*(手|lots|百万|千|万|亿)", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d+\.\s+")
_CHINESE = re.compile(r"[一-鿿]+")
_PAIR = re.compile(r"\(\s*'([^']*)'\s*,\s*'([^']*)'\s*\)")


def multiple(header: str) -> float:
    """Return what a header says its numbers are counted in.

    Examples
    --------
    >>> multiple("成交额(万元)"), multiple("成交量(手)"), multiple("volume")
    (10000.0, 100.0, 1.0)
    """
    found = _COUNTED.search(header)
    words = {"手": 100.0, "lots": 100.0, "千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8}
    return words[found[1].lower()] if found else 1.0


@cache
def meaning(header: str) -> str:
    """Return what a header means, "" where it is not known.

    Examples
    --------
    >>> [meaning(h) for h in ("日期Date", "收盘价(元)", "<CLOSE>", "Trade Date", "成交額", "PE")]
    ['date', 'close', 'close', 'date', 'amount', '']
    """
    bare = _NUMBERED.sub("", (_BRACKETS.sub("", header) or header.strip("<>")).rstrip("*"))
    parts = re.split(r"[:：]", bare.strip())
    for text in (bare, parts[0] if len(parts[-1]) <= UNIT_LETTERS else ""):
        plain = re.sub(r"\s+", "_", text.strip().lower()).translate(SIMPLIFIED)
        if plain in MEANINGS:
            return MEANINGS[plain]
        chinese, latin = "".join(_CHINESE.findall(plain)), _CHINESE.sub("", plain).strip("_")
        # A header in both languages has to mean the same in both, as far as both are known.
        found = {MEANINGS[part] for part in (chinese, latin) if part in MEANINGS}
        if chinese and latin and chinese in MEANINGS and len(found) == 1:
            return next(iter(found))
    return ""


def label(cell: str) -> str:
    """Return what a row above the data says by its first cell: "unit", "frequency" or ""."""
    plain = cell.strip().rstrip(":：").lower()
    return next((name for name, words in LABELS.items() if plain in words), "")


def split_pair(header: str) -> tuple[str, str] | None:
    """Return the two names in a header that was made of two, as "('Close', 'XLK')".

    Examples
    --------
    >>> split_pair("('Close', 'XLK')"), split_pair("close_801780"), split_pair("close")
    (('Close', 'XLK'), ('close', '801780'), None)
    """
    found = _PAIR.fullmatch(header.strip())
    if found:
        return found[1], found[2]
    parts = re.split(r"[_\s|:/]+", header.strip(), maxsplit=1)
    if len(parts) == 2 and bool(meaning(parts[0])) != bool(meaning(parts[1])):
        return parts[0], parts[1]
    return None
