"""Words: what reports say, in English or Chinese.

The English sentences stand where they are said; `zh.toml` holds the Chinese of every one of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from backtest.errors import UserError, suggest

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
            raise UserError(f"--lang was {self.language!r}; {suggest(self.language, LANGUAGES)}")

    def __call__(self, text: str, **values: object) -> str:
        """Return the sentence with its values in their places."""
        said = text if self.language == "en" else catalogue()["sentences"][text]
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
        return catalogue()["names"].get(name, plain) if self.chinese else plain

    def listed(self, items: list[str]) -> str:
        """Join items into one text."""
        return ("、" if self.chinese else ", ").join(items)

    def joined(self, sentences: list[str]) -> str:
        """Join sentences into a paragraph; empty ones count as none."""
        return ("" if self.chinese else " ").join(text for text in sentences if text)

    def note(self, text: str) -> str:
        """Return a warning of the engine in this language, as far as it is a known one."""
        if self.chinese:
            for pattern, chinese in catalogue()["notes"].items():
                found = re.fullmatch(pattern, text)
                if found:
                    return chinese.format(*found.groups())
        return text


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return the Chinese of sentences, names and the engine's warnings."""
    text = (files("backtest.views") / "zh.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
