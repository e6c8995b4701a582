"""The board answers its own address only: no other host's name, no page of another origin.

A page from elsewhere, another local port included, could otherwise drive the board, and a name
that is made to resolve to 127.0.0.1 would let it read the answers (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class OwnOrigin:
    """ASGI middleware that refuses requests of other hosts and origins with 403."""

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
