"""The tools an agent has, asked by the SDK's own client."""

import json
import multiprocessing
import os
import re
import sys
from pathlib import Path

import anyio
import pytest

pytest.importorskip("mcp")

from mcp import Client, StdioServerParameters

from backtest.agent.fence import is_below
from backtest.agent.jobs import warm_up
from backtest.agent.server import guide, server
from backtest.agent.trust import no_more
from backtest.agent.work import compact
from tests.command import nqp

OWN = """
from dataclasses import dataclass

from backtest import Strategy


@dataclass(frozen=True)
class Peeks(Strategy):
    def target_weights(self, market):
        tomorrow = market.close.pct_change(fill_method=None).shift(-1)
        best = tomorrow.eq(tomorrow.max(axis=1), axis=0)
        return best.div(best.sum(axis=1).clip(lower=1), axis=0)
"""


@pytest.fixture(scope="module", autouse=True)
def _warm():
    warm_up()


def asked(place, *calls, max_trials=None):
    """Return what a client gets for (tool, arguments), one after the other."""

    async def ask():
        async with Client(server(place, max_trials)) as client:
            return [await client.call_tool(tool, arguments) for tool, arguments in calls]

    return anyio.run(ask)


def document(result):
    assert not result.is_error, result.content
    return json.loads(result.content[0].text)


def refusal(result):
    assert result.is_error
    return result.content[0].text


def test_every_tool_answers_with_the_keys_of_its_command(tmp_path):
    (tmp_path / "event.csv").write_text("date,name\n2024-09-24,a package\n")
    short = {"start": "2023-01-03", "end": "2024-12-31"}
    grid = {"strategy": "rate-rotation", "grid": ["fall_bp=5,10"]}
    calls = {
        "markets": ({}, "markets"),
        "strategies": ({}, "strategies"),
        "describe": ({"strategy": "rate-rotation"}, "strategies"),
        "baskets": ({}, "baskets"),
        "claims": ({}, "claims"),
        "run": ({"strategy": "rate-rotation", **short, "save": "kept"}, "summary"),
        "compare": ({"strategies": ["rate-rotation", "equal-weight"], **short}, "results"),
        "check": ({"subject": "equal-weight"}, "passes"),
        "tune": ({**grid, "end": "2016-12-30"}, "honesty"),
        "walk_forward": ({**grid, "start": "2015-06-01", "end": "2019-12-31"}, "windows"),
        "evidence": ({"as_of": "2018-12-28"}, "claims"),
        "events": ({"events": "event.csv", "by_kind": False}, "events"),
        "rotation_map": ({"weeks": 2}, "points"),
        "index": ({"as_of": "2016-12-30"}, "index"),
        "today": ({"strategy": "equal-weight"}, "holdings"),
        "runs": ({}, "runs"),
        "trials": ({}, "trials"),
        "report": ({"folder": "kept"}, "written"),
    }

    async def ask():
        async with Client(server(tmp_path)) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert tools == set(calls)
            for name, (arguments, key) in calls.items():
                found = document(await client.call_tool(name, arguments))
                assert key in found, (name, sorted(found))
            (written,) = found["written"]
            assert (await client.read_resource(written)).contents[0].text.startswith("<!doctype")
            told = await client.read_resource("nqp://guide")
            assert told.contents[0].text == guide()

    anyio.run(ask)


def test_each_run_counts_and_the_deflated_figure_never_rises(tmp_path):
    runs = [("run", {"strategy": "rate-rotation", "set": [f"fall_bp={n}"]}) for n in (5, 25, 60)]
    *found, listed = [document(one) for one in asked(tmp_path, *runs, ("trials", {}))]
    assert [one["trust"]["trials"] for one in found] == [1, 2, 3]
    again = document(asked(tmp_path, runs[0])[0])
    assert again["trust"]["trials"] == 3
    assert again["trust"]["deflated_sharpe"] <= found[0]["trust"]["deflated_sharpe"]
    assert again["trust"]["synthetic"]
    (origin,) = listed["trials"][0]["origins"]
    assert re.fullmatch(r"run \(agent: .+\)", origin)


def test_a_budget_refuses_what_would_exceed_it_also_after_a_restart(tmp_path):
    grid = {"strategy": "rate-rotation", "grid": ["fall_bp=5,10,15"]}
    asked(tmp_path, ("run", {"strategy": "rate-rotation"}), max_trials=3)
    (tuned,) = asked(tmp_path, ("tune", grid), max_trials=3)
    assert "this needs 3 trials, and 1 of the 3" in refusal(tuned)


def test_what_looks_ahead_is_said_beside_its_figures(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    checked, ran = asked(
        tmp_path,
        ("check", {"subject": "own.py:Peeks"}),
        ("run", {"strategy": "own.py:Peeks", "end": "2016-12-30"}),
    )
    assert not document(checked)["passes"]
    assert "change when later data are" in document(ran)["trust"]["looks_ahead"]


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("run", {"strategy": "../own.py:Peeks"}, "outside the workspace"),
        ("run", {"strategy": "/etc/own.py:Peeks"}, "outside the workspace"),
        ("run", {"strategy": "rate-rotaton"}, "did you mean"),
        ("run", {"strategy": "rate-rotation", "set": ["fall=1"]}, "has no parameter"),
        ("run", {"strategy": "rate-rotation", "market": "../data"}, "outside the workspace"),
        ("run", {"strategy": "rate-rotation", "save": "../elsewhere"}, "outside the workspace"),
        ("run", {"strategy": "rate-rotation", "costs": "none"}, "costs"),
        ("events", {"events": "/etc/passwd"}, "outside the workspace"),
        ("index", {"framework": "../mine.toml"}, "outside the workspace"),
        ("report", {"folder": ".."}, "outside the workspace"),
        ("report", {"folder": "none"}, "there is no folder"),
    ],
)
def test_a_wrong_argument_is_refused_in_a_sentence(tmp_path, tool, arguments, says):
    assert says in refusal(asked(tmp_path, (tool, arguments))[0])


@pytest.mark.parametrize(
    "does",
    [
        "open('/root/secret')",
        f"open({str(Path.home() / 'secret')!r}, 'w')",
        "__import__('os').system('true')",
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        "__import__('sqlite3').connect('/var/tmp/other.db')",
    ],
)
def test_a_file_of_the_workspace_gets_no_further(tmp_path, does):
    (tmp_path / "own.py").write_text(f"{does}\n{OWN}")
    (ran,) = asked(tmp_path, ("run", {"strategy": "own.py:Peeks"}))
    assert re.search("outside the workspace|no network|no other program", refusal(ran))


def test_a_folder_whose_name_goes_on_is_not_inside():
    assert is_below("/home/work/a.csv", ("/home/work",))
    assert is_below("/home/work", ("/home/work",))
    assert not is_below("/home/work2/a.csv", ("/home/work",))


def test_a_call_given_up_ends_its_process(tmp_path):
    async def ask():
        async with Client(server(tmp_path)) as client:
            with anyio.move_on_after(0.3) as scope:
                await client.call_tool("evidence", {"strategy": "rate-rotation"})
            assert scope.cancelled_caught
            with anyio.fail_after(600):
                while multiprocessing.active_children():
                    await anyio.sleep(0.05)
            assert "markets" in document(await client.call_tool("markets", {}))

    anyio.run(ask)


def test_two_clients_of_one_store_and_constant_memory(tmp_path, monkeypatch):
    words = ["-m", "backtest.cli", "mcp", "--workspace", str(tmp_path / "work")]
    environment = {**os.environ, "NQP_HOME": str(tmp_path / "home")}
    monkeypatch.setenv("NQP_HOME", environment["NQP_HOME"])
    started = StdioServerParameters(command=sys.executable, args=words, env=environment)

    def memory():
        pages = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes()
                if b"backtest.agent\0" in words and str(tmp_path).encode() in words:
                    pages.append(int((folder / "statm").read_text().split()[1]))
            except OSError:
                continue
        return max(pages)

    async def ask():
        async with Client(started) as one, Client(server(tmp_path / "work")) as other:
            run = ("run", {"strategy": "rate-rotation"})
            await one.call_tool(*run)
            found = document(await other.call_tool(*run))
            assert found["trust"]["trials"] == 1
            for _ in range(2):
                await one.call_tool("markets", {})
            before = memory()
            for _ in range(4):
                await one.call_tool("markets", {})
            assert memory() - before < 1024  # pages of 4 KiB

    anyio.run(ask)


def test_the_guide_is_printed():
    assert nqp("mcp", "--guide").stdout == guide()


def test_lists_keep_their_beginning_and_series_their_end():
    series = {f"day {number}": number for number in range(60)}
    found = compact({"trials": list(range(100)), "index": series, "few": [1, 2]})
    assert found["trials"] == list(range(40))
    assert list(found["index"].values()) == list(range(20, 60))
    assert found["few"] == [1, 2]
    assert found["left_out"] == {"trials": 60, "index": 20}


def test_when_no_more_trials_help():
    # Minimum backtest length after 45 trials is about 5 years (Bailey et al. 2014, figure 2).
    assert no_more(45, 5.5, 5.0) is None
    assert "45 independent ideas" in no_more(45, 4.0, 5.0)
