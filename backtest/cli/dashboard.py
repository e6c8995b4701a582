"""`nqp dashboard`: starts the trigger board on 127.0.0.1, which answers its own address only."""

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from backtest.cli.options import JsonOption, MarketOption, SetOption
from backtest.errors import UserError
from backtest.validation import shipped_toml

ADDRESS = "127.0.0.1"
PATIENCE = 120.0  # seconds for the server to answer
CONFIG = shipped_toml("backtest.cli", "dashboard.toml")


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def dashboard(
    strategy: Annotated[
        str,
        typer.Argument(help="What to open with: a name from 'nqp strategies', or FILE.py:Class."),
    ] = "thesis-rotation",
    market: MarketOption = "sample",
    settings: SetOption = None,
    port: Annotated[
        int | None, typer.Option("--port", help="A port of your choice; a free one by default.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Open the trigger board in the browser: move parameters, see results; Ctrl-C ends it."""
    from backtest.cli.lookup import find_strategy

    if find_spec("streamlit") is None:
        raise UserError(
            "the dashboard needs Streamlit, which is not installed; run: pip install "
            '"nqp-rotation[dashboard]"'
        )
    opened = ":".join([strategy, *(settings or [])])
    find_strategy(opened, [])
    from backtest.data import load_market

    load_market(market)
    _serve(opened, market, free_port(port), json=json)


def free_port(port: int | None) -> int:
    """Return the port asked for, or any that is free."""
    import socket

    if port is not None and not 1 <= port <= 65535:
        raise UserError(
            "--port was {port}; give a number from 1024 to 65535, or leave it out", port=port
        )
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((ADDRESS, port or 0))
        except OSError as error:
            raise UserError(
                "port {port} cannot be used ({strerror}); name another or leave --port out",
                port=port,
                strerror=error.strerror,
            ) from error
        return int(found.getsockname()[1])


def _serve(strategy: str, market: str, port: int, *, json: bool) -> None:
    """Serve the board from this process until it is interrupted."""
    from contextlib import redirect_stdout
    from threading import Thread

    from starlette.middleware import Middleware
    from streamlit.web import bootstrap
    from streamlit.web.server.starlette import starlette_app

    # Streamlit answers any host by HTTP and lets pages of every local port in.
    theirs = starlette_app.create_streamlit_middleware
    starlette_app.create_streamlit_middleware = lambda: [
        Middleware(OwnOrigin, port=port),
        *theirs(),
    ]
    board = Path(__file__).parents[1] / "board" / "app.py"
    options = CONFIG | {"server.port": port, "server.headless": json or not sys.stdout.isatty()}
    bootstrap.load_config_options(options)
    Thread(target=_announce, args=(sys.stdout, port, json), daemon=True).start()
    with redirect_stdout(sys.stderr):  # on stdout stands the address and nothing of Streamlit's
        bootstrap.run(str(board), False, [market, strategy], options)


def _announce(stdout: Any, port: int, json: bool) -> None:
    """Print the address once it answers."""
    import socket
    import time

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection((ADDRESS, port), timeout=1.0).close()
        except OSError:
            time.sleep(0.05)
            continue
        url = f"http://{ADDRESS}:{port}"
        text = f'{{"url": "{url}"}}' if json else f"The board is at {url} (Ctrl-C ends it)."
        print(text, file=stdout, flush=True)
        return


class OwnOrigin:
    """ASGI middleware that refuses requests of other hosts and origins with 403.

    A page from elsewhere, another local port included, could otherwise drive the board, and a name
    that is made to resolve to 127.0.0.1 would let it read the answers (DNS rebinding).
    """

    def __init__(self, app: Application, *, port: int) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket") or self._allows(scope["headers"]):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            text = b"the board answers its own address only"
            headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(text))]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": text})

    def _allows(self, headers: list[tuple[bytes, bytes]]) -> bool:
        given = [(name.lower(), value.decode("latin-1").lower()) for name, value in headers]
        hosts = [value for name, value in given if name == b"host"]
        origins = [value for name, value in given if name == b"origin"]
        own = {f"http://{host}" for host in hosts}
        return len(hosts) == 1 and hosts[0] in self.hosts and set(origins) <= own
