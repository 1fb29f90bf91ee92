"""Runs a plugin's coroutine in the caller's task and sees what it does to that task.

The loop is single-threaded, so whatever happens between two suspensions was done by the coroutine itself:
a request to cancel the task, or keeping the loop waiting. Cancellation from outside comes in between.
"""

from __future__ import annotations

import asyncio
import time
import types
from collections.abc import Coroutine, Generator, Sequence
from typing import Any, Final

from nakamise.db.held import Holding, holders
from nakamise.errors import NakamiseError

# A step that holds the loop for longer keeps every tenant waiting. Far above what a busy machine causes.
BLOCKED_S: Final = 1.0


class PluginCrashed(NakamiseError):
    """Stands for what must not travel up the stack: SystemExit, KeyboardInterrupt, a cancellation of its own."""


class LoopBlocked(NakamiseError):
    """The plugin kept the event loop, and with it every tenant, waiting."""


class TransactionLeftOpen(NakamiseError):
    """The plugin opened a transaction and did not close it; its connection was thrown away."""


async def drive(coroutine: Coroutine[Any, Any, Any]) -> tuple[Any, float]:
    """What it returned, and the longest time for which it held the loop, in seconds.

    Raises what it raised; PluginCrashed for what is no Exception; CancelledError only when somebody else
    cancelled the task.
    """
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("hooks run in a task")
    asked = task.cancelling()
    held: list[Holding] = []
    token = holders.set(held)
    started = time.perf_counter()
    try:
        # Most hooks are done without waiting for anything.
        waits_for = coroutine.send(None)
        return await _go_on(coroutine, task, waits_for, time.perf_counter() - started, asked)
    except StopIteration as done:
        if task.cancelling() > asked:
            await _forget_own_cancel(task, asked)
            raise PluginCrashed("it cancelled the task that it runs in") from None
        return done.value, time.perf_counter() - started
    except (Exception, GeneratorExit):
        raise
    except BaseException as error:
        if isinstance(error, asyncio.CancelledError) and task.cancelling() > asked:
            raise
        await _forget_own_cancel(task, asked)
        raise PluginCrashed(f"it raised {type(error).__name__}: {error}") from error
    finally:
        holders.reset(token)
        if held:
            _throw_away(held)


def _throw_away(held: Sequence[Holding]) -> None:
    for holding in held:
        holding.cut_off()
    raise TransactionLeftOpen("it left a transaction open")


@types.coroutine
def _go_on(
    coroutine: Coroutine[Any, Any, Any],
    task: asyncio.Task[Any],
    waits_for: Any,
    longest: float,
    asked: int,
) -> Generator[Any, Any, tuple[Any, float]]:
    while True:
        if task.cancelling() > asked:
            coroutine.close()
            raise _CancelledItself("it cancelled the task that it runs in")
        thrown: BaseException | None = None
        try:
            yield waits_for
        except BaseException as error:  # noqa: BLE001  # handed to the coroutine, whatever it is
            thrown = error
        asked = task.cancelling()
        started = time.perf_counter()
        try:
            waits_for = coroutine.send(None) if thrown is None else coroutine.throw(thrown)
        except StopIteration as done:
            if task.cancelling() > asked:
                raise _CancelledItself("it cancelled the task that it runs in") from None
            return done.value, max(longest, time.perf_counter() - started)
        longest = max(longest, time.perf_counter() - started)


class _CancelledItself(BaseException):
    """Not an Exception, so that ``drive`` sees to the rest of the cancellation."""


async def _forget_own_cancel(task: asyncio.Task[Any], asked: int) -> None:
    """Take back what the plugin asked for. Before Python 3.13 it still interrupts the next wait: this one."""
    while task.cancelling() > asked:
        task.uncancel()
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        if task.cancelling() > asked:
            raise
