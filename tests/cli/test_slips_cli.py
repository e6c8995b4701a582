"""Every slip of somebody who writes a strategy is named in a sentence, with what to do about it."""

import json

import pytest

from backtest.data.sample import sample_market
from tests.command import nqp

HEAD = """
from dataclasses import dataclass
import numpy as np, pandas as pd
from backtest import *
from backtest.triggers import *
from backtest.strategy.allocation import *
"""
GOOD = """
@dataclass(frozen=True)
class Mine(TriggerRotation):
    fall_bp: float = 15.0
    def rules(self):
        return {"nqp": RateFall(self.fall_bp), "bonds": Always()}
    def baskets(self, market):
        return {"nqp": ["computer", "media"], "bonds": bonds(market)}
"""
FALL, BASKET = "RateFall(self.fall_bp)", '["computer", "media"]'
FIELD, RULES, CLASS = "fall_bp: float = 15.0", "def rules(self):", "@dataclass(frozen=True)\n"
OWN_TRIGGER = "\n@dataclass(frozen=True)\nclass Own(Trigger):\n    def evaluate(self, market): "
ROTATION = """
@dataclass(frozen=True)
class Mine(RotationStrategy):
    def regime(self, market): return {regime}
    def baskets(self, market): return {{"a": "computer"}}
"""


def edited(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


def weights(returned):
    return (
        f"{CLASS}class Mine(Strategy):\n    def target_weights(self, market):\n        {returned}"
    )


def own(body, *, asks="Own()"):
    return OWN_TRIGGER + body + edited(FALL, asks)


SLIPS = {
    # rules and baskets
    "a basket by another name": (edited('"bonds": bonds', '"bond": bonds'), "did you mean 'bond'?"),
    "a basket without a rule": (edited('"nqp": [', '"nqp2": "steel", "nqp": ['), "'nqp2'"),
    "a rule after Always": (
        edited(
            '"nqp": RateFall(self.fall_bp), "bonds": Always()', '"bonds": Always(), "nqp": Never()'
        ),
        "can never fire",
    ),
    "rules in a list": (
        edited('{"nqp": ' + FALL + ', "bonds": Always()}', "[RateFall()]"),
        "returned a list",
    ),
    "rules forgotten to return": (
        edited('return {"nqp": RateF', '{"nqp": RateF'),
        "rules of Mine returned nothing",
    ),
    "baskets forgotten to return": (
        edited('return {"nqp": [', '{"nqp": ['),
        "baskets of Mine returned nothing",
    ),
    "a class for a trigger": (edited("Always()", "Always"), "write Always()"),
    "a series for a trigger": (edited(FALL, "pd.Series([True])"), "into Signal(…)"),
    "and for &": (edited(FALL, "RateFall() and Confidence()"), "write & for and"),
    # fields and their values
    "text for a number": (
        edited(FALL, 'RateFall("15", window=60)'),
        "RateFall.bp was '15'; give a number (mine.py:12)",
    ),
    "truth for a number": (
        edited(FALL, "RateFall(window=True)"),
        "RateFall.window was True; give a whole number",
    ),
    "a window below 1": (
        edited(FALL, "RateFall(window=-5)"),
        "RateFall.window was -5; give 1 or more (mine.py:12)",
    ),
    "an unknown field": (
        edited(FALL, "RateFall(widow=5)"),
        "has no field 'widow'; did you mean 'window'?",
    ),
    "no annotation": (edited(FIELD, "fall_bp = 15.0"), "write fall_bp: float = 15.0 (mine.py:8)"),
    "no dataclass": (GOOD.replace(CLASS, ""), "write @dataclass(frozen=True) above the class"),
    "not frozen": (edited("(frozen=True)", ""), "write @dataclass(frozen=True)"),
    "not frozen, from Strategy": (
        weights("return equal(market)").replace("(frozen=True)", ""),
        "can be changed",
    ),
    "a mutable default": (edited(FIELD, FIELD + "\n    windows: list = [1]"), "write a tuple"),
    "a default of another type": (
        edited("15.0", '"15"'),
        "Mine.fall_bp was '15'; give a number (mine.py:8)",
    ),
    "a type that is none": (edited("float", "flaot"), "name 'flaot' is not defined"),
    "a field that hides a method": (edited(FIELD, FIELD + '\n    regime: str = "x"'), "hides"),
    "a field redefined without type": (
        edited(FIELD, FIELD + '\n    rebalance = "yearly"'),
        "write rebalance: str = 'yearly'",
    ),
    "a schedule that is none": (
        edited(FIELD, FIELD + '\n    rebalance: str = "hourly"'),
        "choose from daily",
    ),
    "a strategy that is changed": (
        edited(RULES, RULES + "\n        self.fall_bp = 3"),
        "a strategy never changes",
    ),
    # classes and methods
    "basket for baskets": (
        edited("def baskets", "def basket"),
        "lacks the method baskets; rename 'basket'",
    ),
    "rule for rules": (edited("def rules", "def rule"), "lacks the method rules; rename 'rule'"),
    "an empty class": (
        "class Mine(TriggerRotation): pass",
        "lacks baskets, rules; write def baskets(self, market)",
    ),
    "no base": ("class Mine: pass", "is no strategy; write class Mine(TriggerRotation)"),
    "no market": (
        edited("baskets(self, market)", "baskets(self)"),
        "takes (self); write def baskets(self, market)",
    ),
    "no self": (edited(RULES, "def rules():"), "write def rules(self)"),
    "a property": (edited(RULES, "@property\n    " + RULES), "has to be a method"),
    "a trigger to run": (
        OWN_TRIGGER.replace("Own", "Mine") + "return market.benchmark > 5",
        "'nqp check' takes it",
    ),
    # what comes back
    "a list for a regime": (
        ROTATION.format(regime="['a'] * len(market.sessions)"),
        "regime of Mine returned a list",
    ),
    "a regime of other dates": (
        ROTATION.format(regime="pd.Series('a', index=range(5))"),
        "other dates",
    ),
    "a regime that is no basket": (
        ROTATION.format(regime="pd.Series('aa', market.sessions)"),
        "did you mean 'a'?",
    ),
    "weights by sector": (
        weights("return pd.DataFrame(0.1, market.sessions, ['computer', 'steel'])"),
        "backtest.strategy.allocation.sector_weights(market, weights)",
    ),
    "a basket by sector": (
        edited(BASKET, "pd.DataFrame(0.1, market.sessions, ['steel'])"),
        "weights by sector",
    ),
    "weights forgotten to return": (weights("equal(market)"), "target_weights returned nothing"),
    "an array for weights": (weights("return equal(market).to_numpy()"), "returned an ndarray"),
    "weights turned": (weights("return equal(market).T"), "turn it with .T"),
    "percent": (weights("return equal(market) * 100"), "weights are fractions"),
    "below zero": (weights("return equal(market) - 0.1"), "weights are 0 or more"),
    "infinite": (weights("return equal(market) / 0.0"), "infinite weights"),
    "a time zone": (
        weights("return equal(market).tz_localize('UTC')"),
        "use days of market.sessions",
    ),
    "a changed market": (
        weights("market.close.iloc[:, 0] = 5.0; return equal(market)"),
        "work on a copy()",
    ),
    "a trigger without an answer": (own("market.benchmark > 5"), "Own() returned nothing"),
    "a trigger of many": (own("return market.close > 5"), "2674 × 32"),
    "a trigger of numbers": (own("return market.benchmark.pct_change()"), "by a comparison"),
    "a signal of a number": (edited(FALL, "Signal(lambda market: 5)"), "returned 5"),
    "a number for a signal": (edited(FALL, "Signal(5)"), "Signal.source was 5"),
    # baskets
    "an unknown sector": (edited('"computer"', '"compuer"'), "did you mean 'computer'?"),
    "an empty basket": (edited(BASKET, "[]"), "a basket is empty"),
    "a number for a basket": (edited(BASKET, "5"), "basket 'nqp' of Mine is an int"),
    # exceptions in the file
    "a division by zero": (
        weights("return 1 / 0"),
        "mine.py, line 10: ZeroDivisionError: division by zero",
    ),
    "a sector for an instrument": (
        weights("return market.close['computer']"),
        "market.sector_close has one for each sector",
    ),
    "an unknown attribute": (weights("return market.closes"), "did you mean 'close'?"),
    "if on a frame": (
        weights("return equal(market) if market.close > 5 else None"),
        "compare whole columns with & | ~",
    ),
    "a name never imported": (
        edited(FALL, "RateFal()"),
        "NameError: name 'RateFal' is not defined; did you mean 'RateFall'?",
    ),
    "a module not installed": (
        "import nothere",
        "install nothere, or put its file next to this one",
    ),
    "a file from elsewhere": ("open('x.csv')", "Path(__file__).parent"),
    "bad syntax": ("class Mine(Strategy)\n    pass", "mine.py, line 7: SyntaxError"),
    "not written yet": (weights("raise NotImplementedError"), "write the method"),
    "an endless call": (weights("return self.target_weights(market)"), "a method calls itself"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_in_a_sentence_and_exit_2(slip, tmp_path):
    text, says = SLIPS[slip]
    (tmp_path / "mine.py").write_text(HEAD + text)
    done = nqp("run", "mine.py:Mine", "--end", "2025-12-31", cwd=tmp_path)
    sample_market.cache_clear()
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("nqp: ")


def said(tmp_path, text, *more):
    (tmp_path / "mine.py").write_text(HEAD + text)
    done = nqp("run", "mine.py", "--json", *more, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_strategy_the_slips_are_made_in_runs_and_holds_what_it_names(tmp_path):
    found = said(tmp_path, GOOD)
    assert found["parameters"]["fall_bp"] == 15.0
    assert not any("no rule fires" in text for text in found["warnings"])


def test_sessions_on_which_no_rule_fires_are_cash_and_counted(tmp_path):
    text = edited(', "bonds": Always()', "").replace(', "bonds": bonds(market)', "")
    (note,) = [
        text
        for text in said(tmp_path, text, "--full-window")["warnings"]
        if "no rule fires" in text
    ]
    count, every = int(note.split()[4]), int(note.split()[6])
    fires = sample_market().need("rate").diff(60).mul(100).round(6) <= -15
    assert (count, every) == (int((~fires).sum()), len(fires))


@pytest.mark.parametrize(
    "given",
    ['"computer"', '["computer", "media"]', '"801750"', 'spread(market, ["computer", "801760"])'],
)
def test_a_basket_is_a_sector_an_instrument_or_a_list_of_them(given, tmp_path):
    assert said(tmp_path, edited(BASKET, given))["summary"]["switches"] > 0


def test_lists_stand_where_tuples_are_declared(tmp_path):
    same = said(tmp_path, edited(FALL, 'AbnormalMove(("computer",))'))
    assert said(tmp_path, edited(FALL, 'AbnormalMove(["computer"])'))["summary"] == same["summary"]
    assert said(tmp_path, edited(FALL, 'AbnormalMove("computer")'))["summary"] == same["summary"]


def test_a_file_may_use_the_file_beside_it_and_two_of_one_name_are_two(tmp_path):
    for folder, bp in (("one", 10), ("two", 20)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "beside.py").write_text(f"BP = {bp}")
        text = "import sys; sys.modules.pop('beside', None); from beside import BP\n"
        (tmp_path / folder / "mine.py").write_text(HEAD + text + edited("15.0", "BP"))
    found = json.loads(nqp("compare", "one/mine.py", "two/mine.py", "--json", cwd=tmp_path).stdout)
    assert [one["parameters"]["fall_bp"] for one in found["results"]] == [10, 20]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mine.ipynb:Mine", "is a notebook; put the class into a"),
        ("mine:Mine", "give mine.py:Mine for a file"),
        ("mine", "give mine.py for a file"),
        ("gone.py:Mine", "there is no file gone.py"),
        ("mine.py:mine", "did you mean 'Mine'?"),
        ("mine.py:HEAD", "HEAD in mine.py is a str, no class"),
    ],
)
def test_a_file_named_another_way_is_said(name, says, tmp_path):
    (tmp_path / "mine.py").write_text(HEAD + GOOD + "\nHEAD = 'x'")
    done = nqp("run", name, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
