"""Runs come out again byte for byte, every tampering is found, and no manifest is trusted."""

import json
import shutil
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from pathlib import Path

import pandas as pd
import pytest

from backtest import load_market, run, run_many
from backtest.costs import FREE, STOCK_COSTS, CostModel, CostRule
from backtest.data import intake, load
from backtest.errors import UserError
from backtest.records.folder import write_run
from backtest.records.verify import verify
from backtest.records.verify.difference import first_difference
from backtest.strategy import Strategy, kebab
from backtest.strategy.allocation import equal
from strategies import BreakthroughOverlay, EqualWeight, RateRotation, SectorMomentum, StaticBlend
from tests.discovery import all_strategies

KNOWN = {strategy.name: type(strategy) for strategy in all_strategies()}


class Side(Enum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Fancy(Strategy):
    """Hold a part of everything; its fields are of every kind a manifest can hold."""

    part: float = 0.5
    count: int = 3
    windows: tuple[int, ...] = (20, 60)
    pair: tuple[str, float] = ("a", 0.5)
    side: Side = Side.LEFT
    since: date | None = None
    loud: bool = False
    inner: Strategy = field(default_factory=RateRotation)

    def target_weights(self, market):
        return equal(market) * self.part


FANCY = {"fancy": Fancy}


@pytest.fixture(scope="module")
def market():
    return load_market("sample")


@pytest.fixture(scope="module")
def folder(market, tmp_path_factory):
    """A run's folder on a few years of the sample; copied by tests that change it."""
    out = tmp_path_factory.mktemp("runs") / "run"
    strategy = RateRotation(fall_bp=20, rebalance="quarterly")
    write_run(run(strategy, market.until("2018-06-29"), costs=STOCK_COSTS, start="2016-01-04"), out)
    return out


@pytest.fixture
def copy(folder, tmp_path):
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def edit(folder, **changes):
    """Change keys of a manifest, in both files that hold it."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    path = folder / "summary.json"
    document = json.loads(path.read_text("utf-8")) | {"manifest": manifest}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def test_every_strategy_of_the_package_comes_out_again(market, tmp_path):
    seen = market.until("2016-06-30")
    strategies = all_strategies()
    for result in run_many(strategies, seen, costs=STOCK_COSTS, start="2016-01-04"):
        out = tmp_path / result.name
        write_run(result, out)
        found = verify(out, KNOWN)
        assert found.reproduces, found.sentence
        assert len(found.compared) == 6
        assert found.sentence == "The run reproduces byte for byte: 6 files."


@pytest.mark.parametrize(
    ("strategy", "terms"),
    [
        (BreakthroughOverlay(inner=StaticBlend(nqp=0.25), strength=0.1), {}),
        (BreakthroughOverlay(inner=BreakthroughOverlay(inner=EqualWeight())), {"fill": "close"}),
        (SectorMomentum(windows=(20, 60), top=3), {"costs": FREE, "cash": 50_000}),
        (
            EqualWeight(),
            {
                "costs": CostModel(
                    "mine",
                    (
                        CostRule("commission", 0.1 / 3, end=date(2017, 2, 1)),
                        CostRule("stamp_duty", 5e-4, "sell", ("index",), start=date(2016, 5, 3)),
                    ),
                    minimum_commission=1.5,
                )
            },
        ),
    ],
    ids=["nested", "nested twice", "tuple", "own costs"],
)
def test_parameters_and_terms_come_back(strategy, terms, market, tmp_path):
    write_run(run(strategy, market.until("2017-12-29"), **terms), tmp_path / "run")
    found = verify(tmp_path / "run", KNOWN)
    assert found.reproduces, found.sentence


def test_a_market_cut_at_both_ends_and_before_launch_is_cut_again(market, tmp_path):
    cut = market.between("2016-03-01", "2017-12-29").from_launch()
    write_run(run(RateRotation(), cut), tmp_path / "run")
    assert verify(tmp_path / "run", KNOWN).reproduces


def test_a_folder_can_lie_anywhere(copy, monkeypatch, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert verify(Path("../copy"), KNOWN).reproduces
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize(
    ("file", "column", "says"),
    [
        ("returns.csv", 1, "column return"),
        ("weights.csv", 5, "column "),
        ("orders.csv", 8, "column value"),
        ("regime.csv", 1, "column regime"),
    ],
)
def test_a_changed_cell_is_found_where_it_is(file, column, says, copy):
    path = copy / file
    lines = path.read_text("utf-8").split("\n")
    cells = lines[40].split(",")
    was, cells[column] = cells[column], "0.125"
    lines[40] = ",".join(cells)
    path.write_text("\n".join(lines), "utf-8")
    first = verify(copy, KNOWN).difference
    assert (first.file, first.recorded, first.again) == (file, "0.125", was)
    assert first.where.startswith(f"line 41 ({cells[0]})")
    assert says in first.where
    assert first.sentence.count(".csv") == 1


def test_only_the_first_difference_is_told(copy):
    for file, number in (("returns.csv", 7), ("regime.csv", 3)):
        lines = (copy / file).read_text("utf-8").split("\n")
        lines[number] += "x"
        (copy / file).write_text("\n".join(lines), "utf-8")
    found = verify(copy, KNOWN)
    assert found.difference.file == "returns.csv"
    assert found.difference.where.startswith("line 8 ")
    assert found.compared == ("manifest.json", "summary.json", "returns.csv")


def test_a_changed_figure_is_found_by_its_key(copy):
    path = copy / "summary.json"
    document = json.loads(path.read_text("utf-8"))
    was = document["summary"]["sharpe"]
    document["summary"]["sharpe"] = 3.5
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    first = verify(copy, KNOWN).difference
    assert (first.file, first.where) == ("summary.json", "key summary.sharpe")
    assert (first.recorded, first.again) == ("3.5", json.dumps(was))


@pytest.mark.parametrize(
    ("changes", "file", "where"),
    [
        ({"cash": 2e6}, "summary.json", "key summary."),
        ({"fill": "close", "asked_fill": "close"}, "summary.json", "key summary."),
        ({"set": "defaults"}, "manifest.json", "key set"),
        ({"universe": "other"}, "manifest.json", "key universe"),
        ({"extra": 1}, "manifest.json", "key extra"),
        ({"sessions_per_year": 365}, "manifest.json", "key sessions_per_year"),
        ({"claims": ["R4"]}, "manifest.json", "key claims[1]"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_changed_manifest_is_found(changes, file, where, copy):
    edit(copy, **changes)
    first = verify(copy, KNOWN).difference
    assert first.file == file
    assert first.where.startswith(where)


def test_a_changed_parameter_is_found_in_what_came_of_it(copy):
    parameters = json.loads((copy / "manifest.json").read_text("utf-8"))["parameters"]
    edit(copy, parameters=parameters | {"fall_bp": 25.0}, set="fall_bp=25.0, rebalance=quarterly")
    assert not verify(copy, KNOWN).reproduces


def test_a_missing_a_short_and_an_unreadable_file_are_found(copy):
    returns = copy / "returns.csv"
    whole = returns.read_text("utf-8")
    returns.unlink()
    assert "returns.csv: no such file in the folder, one when run" in verify(copy, KNOWN).sentence
    returns.write_text(whole[: whole.rindex("\n", 0, -1) + 1], "utf-8")
    assert verify(copy, KNOWN).difference.again.startswith("'2018-06-29,")
    returns.write_bytes(b"\xff\xfe")
    assert "no text in UTF-8" in verify(copy, KNOWN).sentence
    returns.unlink()
    returns.mkdir()
    assert "no such file" in verify(copy, KNOWN).sentence


def test_a_summary_that_is_no_json_and_one_written_otherwise(copy):
    path = copy / "summary.json"
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(document), "utf-8")
    assert verify(copy, KNOWN).difference.where == "line 1"
    path.write_text("{", "utf-8")
    assert "summary.json: no JSON in the folder" in verify(copy, KNOWN).sentence


def test_other_versions_are_a_cause_and_no_difference(copy):
    versions = json.loads((copy / "manifest.json").read_text("utf-8"))["versions"]
    edit(copy, versions=versions | {"numpy": "1.0"}, python="3.9.1")
    found = verify(copy, KNOWN)
    assert found.reproduces
    assert "on other versions (python 3.9.1 then, 3." in found.sentence
    (copy / "regime.csv").write_text("date,regime\n", "utf-8")
    said = verify(copy, KNOWN).sentence
    assert "Likely cause: other versions (python 3.9.1 then" in said
    assert "numpy 1.0 then" in said


def test_what_else_lies_in_the_folder_is_named_and_not_compared(copy):
    (copy / "notes\x1b.txt").write_text("mine")
    found = verify(copy, KNOWN)
    assert found.reproduces
    assert found.left_out == ("notes?.txt",)


def test_a_report_is_compared_where_there_is_one(copy):
    def write(result, market, out):
        (out / "report.html").write_text(f'<html lang="en">{result.name} {market.name}')

    english = copy / "report.html"
    english.write_text('<html lang="en">rate-rotation sample')
    assert verify(copy, KNOWN, write_report=write).compared[-1] == "report.html"
    english.write_text('<html lang="en">rate-rotation simple')
    first = verify(copy, KNOWN, write_report=write).difference
    assert (first.file, first.where) == ("report.html", "line 1")
    assert verify(copy, KNOWN).reproduces
    english.write_text('<html lang="zh">')
    assert verify(copy, KNOWN, write_report=write).left_out == ("report.html",)


@pytest.mark.parametrize(
    "named",
    [
        {"class": "os:system", "strategy": "system"},
        {"class": "os:system"},
        {"class": "strategies.rate_rotation:RateRotation", "strategy": "../../etc/passwd"},
        {"class": "nqp_user_evil:RateRotation"},
        {"strategy": "equal-weight"},
        {"class": "strategies.rate_rotation:RateRotation\x1b[2J.__init__"},
    ],
)
def test_a_hostile_class_is_refused(named, copy):
    edit(copy, **named)
    with pytest.raises(UserError, match=r"--strategy FILE.py:Class") as told:
        verify(copy, KNOWN)
    assert "\x1b" not in str(told.value)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"fall": 3}, "has no parameter 'fall'; did you mean 'fall_bp'"),
        ({"fall_bp": "import os"}, "strategy cannot be built from its manifest: fall_bp was"),
        ({"fall_bp": [1]}, "strategy cannot be built from its manifest: fall_bp was"),
        ({"fall_bp": True}, "strategy cannot be built from its manifest: fall_bp was"),
        ({"fall_bp": float("inf")}, "manifest.json cannot be read: it is no JSON"),
        ({"fall_window": -5}, "window was -5"),
        ({"rebalance": "hourly"}, "choose from"),
    ],
)
def test_hostile_parameters_are_refused_in_a_sentence(parameters, says, copy):
    edit(copy, parameters=parameters)
    with pytest.raises(UserError, match=says):
        verify(copy, KNOWN)


def test_a_strategy_nested_without_end_is_refused(copy):
    inner = {"strategy": "equal-weight"}
    for _ in range(400):
        inner = {"strategy": "breakthrough-overlay", "inner": inner}
    inner.pop("strategy")
    named = {
        "strategy": "breakthrough-overlay",
        "class": "strategies.breakthrough_overlay:BreakthroughOverlay",
    }
    edit(copy, **named, parameters=inner)
    with pytest.raises(UserError):
        verify(copy, KNOWN)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"snapshot": "0" * 64}, "data are not here: market sample, snapshot 000000000000;"),
        ({"market": "../../secrets"}, "data are not here"),
        ({"market": "real"}, "data are not here"),
        ({"window": ["1999-01-04", "1999-12-31"]}, "data are not here"),
        ({"cost_rules": [{"component": "commission"}]}, "cost_rules cannot be read"),
        ({"cost_rules": "free"}, "costs are a model of its own"),
        ({"minimum_commission": None}, "cost_rules cannot be read"),
        ({"cash": float("inf")}, "it is no JSON"),
        ({"cash": "much"}, "cash"),
        ({"asked_fill": "noon"}, "asked_fill cannot be read"),
        ({"known_from": "long ago"}, "known_from cannot be read"),
        ({"versions": []}, "versions"),
    ],
)
def test_a_manifest_that_cannot_be_run_is_refused_in_a_sentence(changes, says, copy):
    edit(copy, **changes)
    with pytest.raises(UserError, match=says):
        verify(copy, KNOWN)


def test_a_folder_of_something_else_is_refused(tmp_path):
    for text in (None, "[]", "{", "{}", '{"strategy": 1}'):
        if text is not None:
            (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(UserError, match=r"manifest\.json"):
            verify(tmp_path, KNOWN)
    with pytest.raises(UserError, match="is no folder; verify takes the folder of a run"):
        verify(tmp_path / "nowhere", KNOWN)


def test_ones_own_strategy_has_to_be_handed_in(market, tmp_path):
    strategy = Fancy(
        part=0.25,
        count=7,
        windows=(5,),
        side=Side.RIGHT,
        since=date(2020, 1, 2),
        loud=True,
        inner=SectorMomentum(windows=(30, 40)),
    )
    write_run(run(strategy, market.until("2016-12-30")), tmp_path)
    with pytest.raises(UserError, match=r"tests?.*Fancy is none of the package.*--strategy"):
        verify(tmp_path, KNOWN)
    assert verify(tmp_path, KNOWN, given=FANCY).reproduces


def test_where_ones_own_class_was_found_is_no_difference_but_what_it_does_is(market, tmp_path):
    write_run(run(Fancy(), market.until("2016-12-30")), tmp_path)
    edit(tmp_path, **{"class": "__main__:Fancy"})
    assert verify(tmp_path, KNOWN, given=FANCY).reproduces

    @dataclass(frozen=True)
    class Changed(Fancy):
        def target_weights(self, market):
            return equal(market) * self.part * 0.99

    assert not verify(tmp_path, KNOWN, given={"fancy": Changed}).reproduces
    assert kebab("Fancy") == "fancy"


def test_how_far_a_short_check_came_is_no_difference(market, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("backtest.engine.run.SECONDS", 0.0)
        patch.setattr("backtest.engine.run.SHARE", 0.0)
        result = run(Fancy(), market.until("2016-12-30"))
    assert "ran out of time after 1 of 9 tries" in result.warnings[0]
    write_run(result, tmp_path)
    assert verify(tmp_path, KNOWN, given=FANCY).reproduces


def stored(name, market, folder):
    """Store a market whose prices are those of a small made-up one; return its snapshot."""
    folder.mkdir()
    days = market.close.index[:300]
    for number, instrument in enumerate(("801890", "801750")):
        prices = market.close[instrument].iloc[:300] * (1 + 0.01 * number)
        table = pd.DataFrame({"date": days, "close": prices.to_numpy(), "amount": 1e8})
        table.to_csv(folder / f"{instrument}.csv", index=False)
    sources = intake.Sources(prices=folder, universe="shenwan")
    return intake.import_market(name, sources)


def test_an_older_snapshot_is_used_after_the_market_was_imported_again(market, tmp_path):
    stored("mine", market, tmp_path / "first")
    before = load.load_market("mine")
    out = tmp_path / "run"
    write_run(run(EqualWeight(), before), out)
    altered = replace(market, close=market.close * market.close.iloc[::-1].to_numpy())
    stored("mine", altered, tmp_path / "second")
    assert load.load_market("mine").snapshot != before.snapshot
    assert verify(out, KNOWN).reproduces


def test_a_market_without_opens_says_so_again(market, tmp_path):
    stored("mine", market, tmp_path / "first")
    result = run(EqualWeight(), load.load_market("mine"), fill="open")
    assert (result.manifest["fill"], result.manifest["asked_fill"]) == ("close", "open")
    write_run(result, tmp_path / "run")
    assert verify(tmp_path / "run", KNOWN).reproduces


def test_a_folder_of_data_is_named_and_its_snapshot_checked(market, tmp_path, monkeypatch):
    stored("mine", market, tmp_path / "first")
    load.export("mine", tmp_path / "data")
    write_run(run(EqualWeight(), load_market(tmp_path / "data")), tmp_path / "run")
    monkeypatch.setenv("NQP_HOME", str(tmp_path / "empty"))
    with pytest.raises(UserError, match=r"data are not here: market data,.*--market"):
        verify(tmp_path / "run", KNOWN)
    shutil.move(tmp_path / "data", tmp_path / "moved")
    assert verify(tmp_path / "run", KNOWN, market=tmp_path / "moved").reproduces
    with pytest.raises(UserError, match="is not the one of this run"):
        verify(tmp_path / "run", KNOWN, market="sample")


def test_older_manifests_without_the_newer_notes_still_come_out(copy):
    for file in ("manifest.json", "summary.json"):
        document = json.loads((copy / file).read_text("utf-8"))
        manifest = document.get("manifest", document)
        del manifest["known_from"], manifest["asked_fill"]
        (copy / file).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert verify(copy, KNOWN).reproduces


@pytest.mark.parametrize(
    ("before", "after", "where", "recorded", "again"),
    [
        ({"a": 1}, {"a": 1.0}, "key a", "1", "1.0"),
        ({"a": True}, {"a": 1}, "key a", "true", "1"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "key a.b[1]", "2", "3"),
        ({"a": [1]}, {"a": [1, 2]}, "key a[1]", "nothing", "2"),
        ({"a": 1, "b": 2}, {"a": 1}, "key b", "2", "nothing"),
        ({"a": "x" * 99}, {"a": "y"}, "key a", '"' + "x" * 59 + "…", '"y"'),
        ({"a": "\x1b[2J"}, {"a": ""}, "key a", '"\\u001b[2J"', '""'),
        ([], {}, "", "[]", "{}"),
    ],
)
def test_places_in_json(before, after, where, recorded, again):
    first = first_difference("a.json", json.dumps(before).encode(), json.dumps(after).encode())
    assert (first.where, first.recorded, first.again) == (where, recorded, again)


def test_places_in_text():
    assert first_difference("a.csv", b"x", b"x") is None
    first = first_difference("a.csv", b'd,v\n1,"a,b"\n', b'd,v\n1,"a,c"\n')
    assert (first.where, first.recorded, first.again) == ("line 2 (1), column v", "a,b", "a,c")
    ragged = first_difference("a.csv", b"d,v\n1,2,3\n", b"d,v\n1,2\n")
    assert (ragged.where, ragged.recorded) == ("line 2", "'1,2,3'")
    far = first_difference(
        "a.html", b"x" * 900 + b"old" + b"y" * 90, b"x" * 900 + b"new" + b"y" * 90
    )
    assert far.recorded == f"'…{'x' * 20}old{'y' * 37}…'"
    assert far.again == f"'…{'x' * 20}new{'y' * 37}…'"
    near = first_difference("a.html", b"old", b"odd")
    assert (near.recorded, near.again) == ("'old'", "'odd'")
    longer = first_difference("a.csv", b"d,v\n1,2\n", b"d,v\n1,2\n3,4\n")
    assert (longer.where, longer.recorded, longer.again) == ("line 3", "''", "'3,4'")
