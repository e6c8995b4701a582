"""`nqp dashboard` from the outside: what is refused before anything is served."""

import socket
import sys

import pytest

from backtest.cli import dashboard, main


def refused(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["nqp", "dashboard", *words])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    assert end.value.code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def test_names_are_checked_before_the_board_starts(monkeypatch, capsys):
    assert "did you mean 'sample'?" in refused(monkeypatch, capsys, "--market", "sampel")
    assert "did you mean 'rate-rotation'?" in refused(monkeypatch, capsys, "rate-rotatoin")


def test_a_port_in_use_is_said_in_one_sentence(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(monkeypatch, capsys, "--port", str(port))
    assert f"port {port} cannot be used (Address already in use); name another" in said


@pytest.mark.parametrize("port", ["0", "70000", "-1"])
def test_a_port_that_cannot_be_is_said_in_one_sentence(monkeypatch, capsys, port):
    assert f"--port was {port}; give a number" in refused(monkeypatch, capsys, "--port", port)


def test_without_streamlit_it_says_what_to_install(monkeypatch, capsys):
    module = sys.modules["backtest.cli.dashboard"]
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert 'pip install "nqp-rotation[dashboard]"' in refused(monkeypatch, capsys)


def test_the_board_is_this_machines_alone():
    config = sys.modules[dashboard.__module__].CONFIG
    assert config["server.address"] == "127.0.0.1"
    assert config["browser.gatherUsageStats"] is False
