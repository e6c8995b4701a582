"""`nqp dashboard` from the outside: what is refused before anything is served."""

import http.client
import json
import os
import signal
import socket
import subprocess
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
    assert "did you mean 'fall_bp'?" in refused(monkeypatch, capsys, "--set", "fal_bp=5")


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
    config = dashboard.CONFIG
    assert config["server.address"] == "127.0.0.1"
    assert config["browser.gatherUsageStats"] is False


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of a board that is served by a process of its own."""
    environment = dict(os.environ, NQP_HOME=str(tmp_path_factory.mktemp("home")))
    code = "from backtest.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "dashboard", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        yield int(json.loads(process.stdout.readline())["url"].rpartition(":")[2])
        process.send_signal(signal.SIGINT)
        assert process.wait(300) == 0


SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.mark.parametrize(
    ("host", "origin", "allowed"),
    [
        ("127.0.0.1:{}", None, True),
        ("localhost:{}", "http://localhost:{}", True),
        ("127.0.0.1:{}", "http://127.0.0.1:{}", True),
        ("evil.example", None, False),
        ("evil.example:{}", "http://evil.example:{}", False),
        ("127.0.0.1", None, False),
        ("127.0.0.1:{}", "http://127.0.0.1:9", False),
        ("127.0.0.1:{}", "http://localhost:{}", False),
        ("127.0.0.1:{}", "https://127.0.0.1:{}", False),
        ("127.0.0.1:{}", "null", False),
        ("127.0.0.1.evil.example:{}", None, False),
    ],
)
@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/stream"])
def test_only_its_own_origin_is_answered(port, path, host, origin, allowed):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.putrequest("GET", path, skip_host=True)
    given = {"Host": host, "Origin": origin} | (SOCKET if path.endswith("stream") else {})
    for name, value in given.items():
        if value is not None:
            connection.putheader(name, value.format(port))
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    good = 101 if path.endswith("stream") else 200
    assert status == (good if allowed else 403)
