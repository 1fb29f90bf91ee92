"""A server that is asked to stop waits for open answers, and tells the application when they have ended.

An event stream ends only when the application ends it, so the application listens to the signal itself.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

STOP: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def when_stopping(act: Callable[[], None]) -> Iterator[None]:
    """Call ``act`` in the running loop when the process is asked to stop; the server's own handlers go on working.

    Outside the main thread, where Python has no signals, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: _add(number, lambda: loop.call_soon_threadsafe(act)) for number in STOP}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
            signal.siginterrupt(number, False)


def _add(number: signal.Signals, act: Callable[[], object]) -> signal._HANDLER:
    """The handler that was there: event loops use it only to learn of the signal, and it is called all the same."""
    before = signal.getsignal(number)

    def handle(signum: int, frame: FrameType | None) -> None:
        act()
        if callable(before):
            before(signum, frame)

    signal.signal(number, handle)
    # As event loops have it: a system call goes on after the signal.
    signal.siginterrupt(number, False)
    return before
