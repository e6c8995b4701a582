"""Every sentence of a report has its Chinese, with the same values in it."""

import ast
import string
from pathlib import Path

import pytest

import backtest.views
from backtest.engine.headline import FIGURES
from backtest.views.sections.triggering import DIRECTIONS
from backtest.views.words import Words, catalogue

FOLDER = Path(backtest.views.__file__).parent


def said():
    """Return every sentence that is said by `say(...)`, as far as it stands there in full."""
    files = [*FOLDER.glob("*.py"), *FOLDER.glob("sections/*.py")]
    for file in files:
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "say" and call.args:
                for part in ast.walk(call.args[0]):
                    if isinstance(part, ast.Constant) and part is call.args[0]:
                        yield part.value


def places(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_no_sentence_lacks_its_chinese():
    sentences = catalogue()["sentences"]
    wanted = {*said(), *(name for name, _ in FIGURES.values()), *DIRECTIONS.values()}
    assert len(wanted) > 100
    assert wanted <= set(sentences)


def test_both_languages_hold_the_same_values():
    for english, chinese in catalogue()["sentences"].items():
        assert set(places(chinese)) == set(places(english)), english


@pytest.mark.parametrize(
    ("note", "chinese"),
    [
        ("1.9 years of data cannot tell skill from luck", "1.9年的数据无法区分能力与运气"),
        ("ten-year yield 60-session change", "十年期收益率60日变化"),
        ("my own remark", "my own remark"),
    ],
)
def test_notes_of_the_engine_are_translated_as_far_as_they_are_known(note, chinese):
    assert Words("zh").note(note) == chinese
    assert Words("en").note(note) == note
