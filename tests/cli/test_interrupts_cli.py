"""Ctrl-C, whatever a command is at: exit 130, one sentence, and what was finished is kept."""

import json
import signal
import sys
from pathlib import Path

import pytest

import backtest
from backtest.cli import main
from backtest.data.sample import sample_market
from tests.markets import universe_text

SENTENCE = "nqp: stopped; what was finished is kept: run it again to go on"
PACKAGE = str(Path(backtest.__file__).parent)
UNIVERSE = universe_text("two", {"801780": "banks", "801950": "coal"})


@pytest.fixture(autouse=True)
def _own_handler():
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def nqp(monkeypatch, capsys):
    """Run the command, interrupted at the nth call of a function of the package (0 for never)."""

    def nqp(nth, *words):
        seen, before = 0, sys.gettrace()

        def count(frame, event, _):
            nonlocal seen
            if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
                seen += 1
                if seen == nth + 2:  # the first two are main and the handler's place
                    signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(sys, "argv", ["nqp", *map(str, words)])
        signal.signal(signal.SIGINT, signal.default_int_handler)  # as a new process has it
        sys.settrace(count if nth else before)
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.settrace(before)
        return code, *capsys.readouterr(), seen

    return nqp


COMMANDS = (
    ("run", "equal-weight", "--start", "2024-01-02"),
    ("today", "equal-weight", "--allow-stale"),
    ("data", "list"),
    ("strategies",),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_every_command_ends_with_130_at_any_moment(nqp, words):
    nqp(0, *words)  # what is loaded once is loaded now
    code, _, err, calls = nqp(10**9, *words)
    assert code == 0, err
    for part in (0.0, 0.6):
        code, _, err, _ = nqp(max(1, int(part * (calls - 10))), *words)
        assert (code, err.splitlines()[-1]) == (130, SENTENCE), part
        assert "Traceback" not in err


def test_what_compiled_code_makes_of_an_interrupt_is_one(nqp, monkeypatch):
    def listing():
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as error:
            raise SystemError("<dispatcher> returned a result with an exception set") from error

    monkeypatch.setattr("backtest.data.load.list_markets", listing)
    code, out, err, _ = nqp(0, "data", "list")
    assert (code, out, err) == (130, "", SENTENCE + "\n")


def test_the_same_error_without_an_interrupt_is_ours(nqp, monkeypatch):
    def listing():
        raise SystemError("returned a result with an exception set")

    monkeypatch.setattr("backtest.data.load.list_markets", listing)
    code, _, err, _ = nqp(0, "data", "list")
    assert code == 1
    assert "fault of nqp-rotation" in err


def test_an_interrupted_import_leaves_the_store_as_it_was(nqp, tmp_path, monkeypatch):
    monkeypatch.setenv("NQP_HOME", str(tmp_path / "home"))
    prices = tmp_path / "prices.csv"
    (tmp_path / "two.toml").write_text(UNIVERSE, "utf-8")
    sample = sample_market().between("2024-01-02", "2024-01-31")
    close = sample.close[["801780", "801950"]]
    close.to_csv(prices)
    universe = tmp_path / "two.toml"
    words = ("data", "import", "mine", "--prices", prices, "--universe", universe, "--json")
    code, out, err, _ = nqp(0, *words)
    assert code == 0, err
    snapshot = json.loads(out)["snapshot"]
    (close * 2).to_csv(prices)
    # As many calls as the same import makes once all is loaded, under a name of its own.
    calls = nqp(10**9, *("other" if word == "mine" else word for word in words))[3]
    assert nqp(0, "data", "list")[0] == 0
    for part in (0.1, 0.9, 0.99):
        code, _, err, _ = nqp(int(part * calls), *words)
        done = code == 0 and part > 0.5  # it makes fewer calls than the first and is through
        assert done or (code, err.splitlines()[-1]) == (130, SENTENCE), part
        _, out, _, _ = nqp(0, "data", "list", "--json")
        (stored,) = [one for one in json.loads(out)["markets"] if one["name"] == "mine"]
        assert stored["snapshot"] == snapshot or part > 0.5
        assert nqp(0, "data", "check", "mine")[0] == 0
    assert not list((tmp_path / "home").rglob(".draft-*"))
