"""Which plugin's code is running now: for logs and error pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

current_plugin: Final[ContextVar[str | None]] = ContextVar("current_plugin", default=None)


@contextmanager
def attributed_to(plugin_id: str) -> Iterator[None]:
    token = current_plugin.set(plugin_id)
    try:
        yield
    finally:
        current_plugin.reset(token)
