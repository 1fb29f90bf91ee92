"""The peers' pages on a server of their own: another site than the shop, as other people's are."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PEERS = Path(__file__).parent / "peers"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Requests are no news."""


class Pages:
    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"

    def url(self, name: str) -> str:
        return f"{self._origin}/{name}"


@contextmanager
def serve_pages() -> Iterator[Pages]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(PEERS)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Pages(server.server_port)
    server.shutdown()
    server.server_close()
