"""Every sentence of a report has its Chinese, with the same values in it."""

import ast
import string
from pathlib import Path

import pytest

import backtest
from backtest.notes import Note
from backtest.triggers import AbnormalReturn, RateFall
from backtest.views.sections.triggering import DIRECTIONS
from backtest.views.words import Words, catalogue, recalled

FOLDER = Path(backtest.__file__).parent


def said():
    """Return the sentences of `say(...)` and `Note(...)`, as far as they stand there in full."""
    for file in FOLDER.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            if ast.unparse(call.func) in ("say", "Note"):
                for part in ast.walk(call.args[0]):
                    if isinstance(part, ast.Constant) and part is call.args[0]:
                        yield part.value


def places(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_no_sentence_lacks_its_chinese():
    sentences = catalogue()["sentences"]
    wanted = {*said(), *DIRECTIONS.values()}
    assert len(wanted) > 100
    assert wanted <= set(sentences)


def test_both_languages_hold_the_same_values():
    for english, chinese in catalogue()["sentences"].items():
        assert set(places(chinese)) == set(places(english)), english


@pytest.mark.parametrize(
    ("note", "chinese"),
    [
        (
            Note("{years} years of data are too short for a test of skill", years="1.9"),
            "1.9年的数据太短，无法检验择时能力",
        ),
        (RateFall(window=60).label, "十年期收益率60日变化"),
        (AbnormalReturn(("steel", "banks")).label, "钢铁、银行：3日超额收益"),
        ("my own remark", "my own remark"),
    ],
)
def test_notes_of_the_engine_are_translated_as_far_as_they_are_known(note, chinese):
    assert Words("zh").note(note) == chinese
    assert Words("en").note(note) == note


def test_a_note_keeps_its_code_and_values_and_is_said_in_either_language():
    late = Note("the last order in {instruments} was never completed: it could not be traded again",
                instruments="A")  # fmt: skip
    assert late == "the last order in A was never completed: it could not be traded again"
    assert recalled(late.to_json()) == late
    assert Words("zh").note(recalled(late.to_json())) == "A的最后一笔指令未能完成：其后无法交易"


@pytest.mark.parametrize(
    "document",
    [
        {"code": "{x.__class__.__mro__}", "values": {"x": "y"}},
        {"code": "note: {note}", "values": {"other": 1}},
        {"code": "note: {note}", "values": [1]},
        {"code": ["a"]},
        "note: {note}",
    ],
)
def test_a_note_from_a_folder_is_not_trusted(document):
    assert recalled(document) is None
