"""What a granian worker imports: our application, in a process that ends with its supervisor."""

from __future__ import annotations

import multiprocessing
import signal

from nakamise.asgi import app
from nakamise.embedded.lifeline import die_with_parent

__all__ = ["app"]

_supervisor = multiprocessing.parent_process()
if _supervisor is not None and _supervisor.pid is not None:
    die_with_parent(_supervisor.pid, signal.SIGKILL)
