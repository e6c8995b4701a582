"""Which of a universe's instruments a file, a column or a row means, in every dialect of codes."""

import re
from collections.abc import Callable, Iterable

import pandas as pd

from backtest.data.numerals import cell_text
from backtest.data.table import FileTable
from backtest.market.universe import Instrument, Universe

Match = Callable[[str], str | None]

SHANGHAI, SHENZHEN = "ss", "sz"
EXCHANGES = {
    **dict.fromkeys(("sh", "ss", "xshg", "shse", "sse", "shg"), SHANGHAI),
    **dict.fromkeys(("sz", "xshe", "szse", "she"), SHENZHEN),
}
# Suffixes of index publishers, of data vendors, and of a code that was taken for a number.
# Indices that both exchanges publish under codes of their own, by Shanghai's.
TWICE = {"399300": "000300", "399905": "000905", "399852": "000852"}
NO_EXCHANGE = ("si", "sw", "sws", "csi", "indx", "us", "ci", "wi", "0")

_PREFIXED = re.compile(rf"({'|'.join(sorted(EXCHANGES, key=len, reverse=True))}|sw)[._:]?(\d{{6}})")
_PUBLISHER = re.compile(
    r"申银万国|申万|中信|行业|指数|一级|ⅰ|^sw(?=[一-鿿])|[()（）\[\]【】:：·_\s-]"
)
_BETWEEN = re.compile(r"[\s_()（）\[\]【】—-]+")
_CHINESE = re.compile(r"[一-鿿]")


def matcher(universe: Universe) -> Match:
    """Return a function from a name in a file to the universe's identifier, None where unknown.

    Case does not matter; the exchange may stand before or behind a code, in any vendor's spelling,
    or be absent on either side; leading zeros that a spreadsheet dropped are put back; an
    instrument may be called by its English or Chinese name, with its publisher around it, or by
    code and name together. What could mean two instruments means none.

    Examples
    --------
    >>> from backtest.market.universe import load_universe
    >>> match = matcher(load_universe("shenwan"))
    >>> [match(name) for name in ("801010.SI", "511260", "300", "000300.XSHG", "sh801780")]
    ['801010', '511260.SS', '000300.SH', '000300.SH', '801780']
    >>> [match(name) for name in ("银行(申万)", "801780_银行", "SZSE.000300", "801780_电子")]
    ['801780', '801780', None, None]
    """
    known = universe.instruments
    exact = _unambiguous((entry.id.lower(), entry.id) for entry in known)
    coded = _unambiguous((_code(entry.id)[0], entry.id) for entry in known)
    named = _unambiguous(
        (_title(name), one.id) for one in known for name in (one.name, one.name_zh) if name
    )

    def by_code(name: str) -> str | None:
        code, exchange = _code(name)
        if code in TWICE and code not in coded:
            code, exchange = TWICE[code], ""
        for candidate in (code, code.zfill(6) if code.isdigit() else code):
            found = coded.get(candidate)
            if found is not None and _compatible(exchange, universe.by_id[found]):
                return found
        return None

    def match(name: str) -> str | None:
        asked = name.strip().lower()
        found = exact.get(asked) or by_code(asked) or named.get(_title(asked))
        if found is not None or not asked:
            return found
        parts = [part for part in _BETWEEN.split(asked) if part]
        meant = {by_code(part) or exact.get(part) for part in parts}
        meant |= {named.get(_title(part)) for part in parts if _CHINESE.search(part)}
        ids = meant - {None}
        return next(iter(ids)) if len(ids) == 1 and len(parts) > 1 else None

    return match


def code_in(text: str) -> str:
    """Return the six digits of a code in a text, "" where it holds none or several.

    Examples
    --------
    >>> code_in("801780.SI"), code_in("sh600000"), code_in("Banks")
    ('801780', '600000', '')
    """
    found = set(re.findall(r"(?<!\d)\d{6}(?!\d)", text))
    return found.pop() if len(found) == 1 else ""


def _title(name: str) -> str:
    lower = name.strip().lower()
    if not _CHINESE.search(lower):
        return lower.removesuffix(" index")
    return _PUBLISHER.sub("", lower) or lower


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    meant: dict[str, set[str]] = {}
    for name, identifier in pairs:
        meant.setdefault(name, set()).add(identifier)
    return {name: next(iter(ids)) for name, ids in meant.items() if len(ids) == 1}


def _code(name: str) -> tuple[str, str | None]:
    """Return a code and its exchange: "" where none is stated, None for one not known."""
    lower = name.strip().lower()
    prefixed = _PREFIXED.fullmatch(lower)
    if prefixed:
        return prefixed[2], EXCHANGES.get(prefixed[1], "")
    code, _, suffix = lower.partition(".")
    if not suffix or suffix in NO_EXCHANGE:
        return code, ""
    return code, EXCHANGES.get(suffix)


def _compatible(asked: str | None, entry: Instrument) -> bool:
    """Whether a stated exchange may be that of an instrument."""
    if asked is None:
        return False
    code, own = _code(entry.id)
    if not own and len(code) == 6 and code.isdigit():
        own = _usual(code, entry.kind)
    return not asked or not own or asked == own


def _usual(code: str, kind: str) -> str:
    """Return the exchange that gives out such codes, "" where several do."""
    if kind == "index":
        return {"0": SHANGHAI, "3": SHENZHEN}.get(code[0], "")
    return SHANGHAI if code[0] in "569" else SHENZHEN


def instruments_of(table: FileTable, match: Match) -> pd.Series | None:
    """Return what names the instrument of each row, None where nothing does.

    A column of codes or names by its header; else one whose cells name instruments.
    """
    coded, named = table.by_role("instrument"), table.by_role("name")
    others = [column for column in (*table.columns, *table.unnamed) if not column.role]
    for column in (coded, named, *others):
        if column is None:
            continue
        texts = table.values(column).map(_name)
        if column not in (coded, named) and texts.iloc[:20].map(_is_price).any():
            continue
        known = {text: match(text) for text in texts[texts != ""].unique()}
        found = sum(name is not None for name in known.values())
        if known and (column is coded or (found and (column is named or _mostly(known)))):
            return texts if (texts != "").all() else texts.where(texts != "").ffill()
    return None


def _name(cell: object) -> str:
    return cell_text(cell).removeprefix("=").strip("\"'")


def _mostly(known: dict[str, str | None]) -> bool:
    """Whether most texts of a column name instruments; numbers that happen to do not count."""
    texts = [text for text in known if not _is_price(text)]
    found = sum(known[text] is not None for text in texts)
    return len(texts) == len(known) and 2 * found >= len(texts)


def _is_price(text: str) -> bool:
    """Whether a text is a number that is no code: with a point, or not of six digits."""
    bare = text.replace(",", "").removesuffix("%")
    return bare.replace(".", "", 1).lstrip("+-").isdigit() and not (
        len(text) == 6 and text.isdigit()
    )
