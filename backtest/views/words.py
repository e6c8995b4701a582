"""Words: what reports say, in English or Chinese.

The English sentences stand where they are said; `zh.toml` holds the Chinese of every one of them.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from backtest.engine.metrics import METRICS
from backtest.errors import refused
from backtest.market.universe import sectors
from backtest.notes import Listed, Note, Titled

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Words:
    """Says a sentence in a language: `Words("zh")("Costs")`.

    Examples
    --------
    >>> Words("en")("{count} switches", count=3), Words("zh")("Costs")
    ('3 switches', '成本')
    """

    language: str = "en"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise refused("--lang", self.language, LANGUAGES)

    def __call__(self, text: str, /, **values: object) -> str:
        """Return the sentence with its values in their places."""
        said = text if self.language == "en" else catalogue()["sentences"].get(text, text)
        return said.format(**values) if values else said

    @property
    def chinese(self) -> bool:
        """Whether this speaks Chinese."""
        return self.language == "zh"

    def name(self, name: str) -> str:
        """Return what a regime or a group is called; an unknown name stays as it is.

        Examples
        --------
        >>> Words("zh").name("nqp+medicine")
        '新质生产力+大健康'
        """
        if "+" in name:
            return "+".join(self.name(part) if part else "" for part in name.split("+"))
        plain = name.replace("_", " ") if re.fullmatch("[a-z_]+", name) else name
        if not self.chinese:
            return plain
        sector = sectors().get(name.replace(" ", "_"))
        return catalogue()["names"].get(name, plain if sector is None else sector.name_zh)

    def figure(self, key: str) -> str:
        """Return what a figure is called; an unknown one stays as it is.

        Examples
        --------
        >>> Words("zh").figure("sharpe"), Words().figure("sharpe"), Words().figure("mine")
        ('夏普比率', 'Sharpe', 'mine')
        """
        metric = METRICS.get(key)
        return key if metric is None else self.of(metric, "label")

    def listed(self, items: list[str]) -> str:
        """Join items into one text."""
        return ("、" if self.chinese else ", ").join(items)

    def joined(self, sentences: list[str]) -> str:
        """Join sentences into a paragraph; empty ones count as none."""
        return ("" if self.chinese else " ").join(text for text in sentences if text)

    def note(self, text: str) -> str:
        """Return a note in this language; a text that is none stays as it is."""
        return self._worded(text, self._value)

    def said(self, text: str) -> str:
        """Return a note whose values are what somebody wrote: they stay as they are."""
        return self._worded(text, lambda value: value)

    def of(self, thing: object, field: str) -> str:
        """Return a text that a thing carries in both languages, as `title` and `title_zh`."""
        pair = (str(getattr(thing, field)), str(getattr(thing, f"{field}_zh")))
        english, chinese = pair
        return chinese or english if self.chinese else english or chinese

    def _worded(self, text: str, value: Callable[[object], object]) -> str:
        """Return a note in this language, its values other than notes as `value` has them."""
        if not isinstance(text, Note):
            return text
        if isinstance(text, Titled):
            return text.chinese if self.chinese else str(text)
        worded = {
            key: self._worded(one, value) if isinstance(one, Note) else value(one)
            for key, one in text.values.items()
        }
        if isinstance(text, Listed):
            return self.listed(list(map(str, worded.values())))
        return self(text.code, **worded)

    def _value(self, value: object) -> object:
        """Return a value of a note: a known name called as it is called.

        In English that is as it stands, but for an underscore.
        """
        if isinstance(value, str) and (self.chinese or "_" in value):
            base = value.partition("+")[0]
            known = base in catalogue()["names"] or base.replace(" ", "_") in sectors()
            return self.name(value) if known else value
        return value


def said_in(text: str, language: str) -> str:
    """Return a note in a language."""
    return Words(language).said(text)


def warnings_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the warnings of a result's JSON document: notes, as far as their codes are known."""
    known = document["manifest"].get("notes")
    found = [recalled(item) for item in known] if isinstance(known, list) else []
    notes = {str(note): note for note in found if note is not None}
    return tuple(notes.get(text, text) for text in document["warnings"])


def recalled(document: Any) -> Note | None:
    """Return the note that `Note.to_json` wrote; None if it is not one that is in the catalogue.

    What a folder says is not trusted: a code that nobody here writes is never filled in.
    """
    code = document.get("code") if isinstance(document, dict) else None
    if not isinstance(code, str) or code not in catalogue()["sentences"]:
        return None
    values = document.get("values")
    try:
        return Note(code, **{str(k): _recalled(v) for k, v in dict(values).items()})
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return None


def _recalled(value: Any) -> Any:
    return (recalled(value) or "") if isinstance(value, dict) else value


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return the Chinese of sentences, names and the engine's warnings."""
    text = (files("backtest.views") / "zh.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
