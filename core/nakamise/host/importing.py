"""How long plugins take to import: it is the host's start that waits for them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

log: Final = logging.getLogger("nakamise.plugins")
# The contract asks for 0.1 s; a cold disk may take longer.
SLOW_S: Final = 1.0
# An import cannot be interrupted, but whoever watches the start is told what it hangs in.
HANGS_S: Final = 10.0


@contextmanager
def import_watch(plugin_id: str, *, slow_s: float = SLOW_S, hangs_s: float = HANGS_S) -> Iterator[None]:
    """Logs an import that takes longer than ``slow_s``, and while it lasts one that takes ``hangs_s``."""
    extra = {"plugin": plugin_id}
    alarm = threading.Timer(
        hangs_s,
        log.error,
        ("the start waits for the import of plugin=%s", plugin_id),
        {"extra": extra},
    )
    alarm.daemon = True
    alarm.start()
    started = time.perf_counter()
    try:
        yield
    finally:
        alarm.cancel()
        took_s = time.perf_counter() - started
        if took_s > slow_s:
            log.warning("importing plugin=%s took %.1f s", plugin_id, took_s, extra=extra)
