"""Every sentence of a report has its Chinese, with the same values in it."""

import ast
import string
from pathlib import Path

import pytest

import backtest
from backtest import fields, validation
from backtest.cli.own_faults import CAUSES
from backtest.cli.usage import SAID
from backtest.data.grid import REFUSED
from backtest.evidence.observables import OBSERVABLES
from backtest.market.frequency import PERIODS
from backtest.notes import Note, Titled
from backtest.records.verify.recorded import OTHERS
from backtest.triggers import AbnormalReturn, RateFall
from backtest.triggers.syntax import KNOWN
from backtest.views.sections.triggering import DIRECTIONS
from backtest.views.words import Words, catalogue, recalled

FOLDER = Path(backtest.__file__).parent


SAYING = {
    "say": 0,
    "Note": 0,
    "CannotTell": 0,
    "UserError": 0,
    "unknown": 0,
    "damaged": 1,
    "_reading": 1,
    "_one_of": 3,
}
TABLES = (DIRECTIONS.values(), fields.WANTED.values(), validation.WANTED.values(), REFUSED.values(),
          OTHERS.values(), PERIODS.values(), SAID, (fix for _, fix in CAUSES),
          (one.sentence for one in OBSERVABLES.values()),
          (kind.what for kind in KNOWN.values() if hasattr(kind, "what")))  # fmt: skip


def calls():
    """Return the calls that say a sentence: their file, their name and what is said."""
    for file in [*FOLDER.rglob("*.py"), *FOLDER.parent.joinpath("strategies").rglob("*.py")]:
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            name = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
            if name in SAYING and len(call.args) > SAYING[name]:
                yield file, name, call.args[SAYING[name]]


def said():
    """Return what is said, as far as it stands there in full."""
    for _, _, text in calls():
        if isinstance(text, ast.Constant):
            yield text.value


def heads():
    """Return the heads of tables, as far as they stand there in full."""
    for file in FOLDER.rglob("views/**/*.py"):
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            bound = {ast.unparse(one.targets[0]): one.value for one in ast.walk(function)
                     if isinstance(one, ast.Assign)}  # fmt: skip
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "table":
                    cells = bound.get(ast.unparse(call.args[1]), call.args[1])
                    cells = getattr(cells, "elt", cells)
                    known = {word.arg: word.value for word in call.keywords}
                    yield from (key for key in getattr(cells, "keys", ()) if key is not None)
                    yield from (known[name] for name in ("head",) if name in known)


def places(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_no_sentence_lacks_its_chinese():
    sentences = catalogue()["sentences"]
    columns = {one.value for one in heads() if isinstance(one, ast.Constant)}
    assert len(columns) > 100
    wanted = {*said(), *columns, *(text for table in TABLES for text in table)} - {""}
    assert len(wanted) > 600
    assert wanted <= set(sentences)


def test_a_mistake_is_a_sentence_of_the_catalogue_or_a_note():
    """A text put together on the spot could never be said in Chinese."""
    notes = ("Note(", "own_fault(error) or Note(", "finding.message", "content")
    for file, name, text in calls():
        if name == "UserError" and not isinstance(text, ast.Constant):
            assert ast.unparse(text).startswith(notes), (file.name, ast.unparse(text))


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


def test_what_somebody_wrote_in_two_languages_is_said_in_either():
    late = Note("{group} alone", group=Titled("Cars", "汽车"))
    assert (Words("en").said(late), Words("zh").said(late)) == ("Cars alone", "仅汽车")
    assert Words("zh").note(Titled("Cars")) == "Cars"


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
