"""The way out to a terminal or a pipe: nothing a terminal obeys, nothing it cannot encode.

Names come from files, servers and other people. What a terminal would obey is taken out of them;
letters an encoding lacks are written with those it has. Standard library only.
"""

import codecs
import json
import re
import sys
import unicodedata

# Control sequences, other controls but tab and line feed, and marks that turn the direction of
# what follows (ECMA-48; Unicode, annex 9).
SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P^_X][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -~]?"
)
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
PLAIN = {
    "×": "x",
    "…": "...",
    "–": "-",
    "—": "-",
    "−": "-",
    "·": ".",
    "•": "*",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "→": "->",
    "←": "<-",
    "≤": "<=",
    "≥": ">=",
    "±": "+/-",
    "≈": "~",
    "σ": "sd",
}
# What a spreadsheet takes for a formula, or for the apostrophe before one.
FORMULA = re.compile("'*[=+\\-@＝＋－＠\x00-\x1f]")
HANDLER = "nqp-plain"
LOST: set[str] = set()  # what could not be shown at all, for one sentence at the end


def clean(text: str) -> str:
    r"""Return a text without what a terminal obeys; tabs and line feeds stay.

    Examples
    --------
    >>> clean("a\x1b[2Jb\x1b]0;title\x07c\rd")
    'abcd'
    """
    return OBEYED.sub("", SEQUENCE.sub("", text))


def neutral(text: str) -> str:
    """Return a text no spreadsheet takes for a formula: where it would, an apostrophe comes first.

    Examples
    --------
    >>> neutral("=1+1"), neutral("801010"), restored(neutral("=1+1"))
    ("'=1+1", '801010', '=1+1')
    """
    return f"'{text}" if FORMULA.match(text) else text


def restored(text: str) -> str:
    """Return what `neutral` was given."""
    return text[1:] if text[:1] == "'" and FORMULA.match(text) else text


def json_text(document: object, encoding: str) -> str:
    r"""Return a JSON document on one line, in ASCII where the encoding does not have its letters.

    Examples
    --------
    >>> json_text({"name": "银行"}, "latin-1")
    '{"name": "\\u94f6\\u884c"}'
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    if not has_letters(encoding, text):
        return json.dumps(document, allow_nan=False)
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def has_letters(encoding: str, text: str) -> bool:
    """Whether an encoding has every letter of a text.

    Examples
    --------
    >>> has_letters("gbk", "银行"), has_letters("cp437", "银行")
    (True, False)
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def prepare() -> None:
    """Let stdout and stderr write what their encoding lacks with letters it has."""
    codecs.register_error(HANDLER, _plainly)
    LOST.clear()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=HANDLER)


def lost_letters() -> str:
    """Return one sentence about letters that could not be shown; "" where all could."""
    if not LOST:
        return ""
    what = "Chinese" if any("CJK" in unicodedata.name(one, "") for one in LOST) else "some letters"
    encoding = getattr(sys.stdout, "encoding", None) or "unknown"
    return (
        f"{what} cannot be shown in the encoding {encoding} and stands as ?; set "
        f"PYTHONIOENCODING=utf-8 if the terminal can, or use --json"
    )


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(letter: str) -> str:
    if letter in PLAIN:
        return PLAIN[letter]
    name = unicodedata.name(letter, "")
    if name.startswith("BOX DRAWINGS"):
        across, down = "HORIZONTAL" in name, "VERTICAL" in name
        return "|" if down and not across else "-" if across and not down else "+"
    if name.startswith(("BRAILLE", "BLOCK", "FULL BLOCK")) or "BLOCK" in name:
        return "#"
    bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    if not bare.strip():
        LOST.add(letter)
    return bare.strip() or "?"
