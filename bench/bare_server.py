"""The bare application behind granian, one worker: ``python -m bench.bare_server``, set by BENCH_BARE (JSON)."""

from __future__ import annotations

import os

import msgspec
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from bench.bare import bare_app

VARIABLE = "BENCH_BARE"


class Bare(msgspec.Struct, frozen=True):
    """``schemas`` by host name."""

    port: int
    database_url: str
    schemas: dict[str, str]
    pool_size: int


def _settings() -> Bare:
    return msgspec.json.decode(os.environ[VARIABLE], type=Bare)


def __getattr__(name: str) -> object:
    """``app`` is made when a worker asks for it, not when the supervisor imports this."""
    if name != "app":
        raise AttributeError(name)
    bare = _settings()
    return bare_app(bare.database_url, bare.schemas, bare.pool_size)


if __name__ == "__main__":
    Server(
        "bench.bare_server:app",
        address="127.0.0.1",
        port=_settings().port,
        interface=Interfaces.ASGI,
        workers=1,
        log_level=LogLevels.warning,
    ).serve()
