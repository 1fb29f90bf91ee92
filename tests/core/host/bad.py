"""Plugins that behave badly in one hook, made to order: (what they do) × (where)."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import time
from collections.abc import Awaitable, Callable
from importlib import metadata
from typing import Any, ClassVar, Final

from nakamise.plugin import hookimpl
from nakamise.plugin.hooks import HOOK_CLASSES, POLICIES
from tests.core.host.plugins import hooks, plugin

# What the host under test calls blocking; the deadlines of the contract are longer.
BLOCKED_S: Final = 0.15


class OwnBaseException(BaseException):
    """Neither an Exception nor one that the interpreter knows."""


class Mutable:
    """Stands for what plugins keep between calls."""

    kept: ClassVar[list[object]] = []
    changed: ClassVar[list[str]] = []


async def raises(arguments: dict[str, Any]) -> Any:
    raise RuntimeError("boom")


async def exits(arguments: dict[str, Any]) -> Any:
    raise SystemExit(3)


async def interrupts(arguments: dict[str, Any]) -> Any:
    raise KeyboardInterrupt


async def says_cancelled(arguments: dict[str, Any]) -> Any:
    raise asyncio.CancelledError


async def raises_its_own_base(arguments: dict[str, Any]) -> Any:
    raise OwnBaseException("boom")


async def returns_nonsense(arguments: dict[str, Any]) -> Any:
    return [object()]


async def changes_its_input(arguments: dict[str, Any]) -> Any:
    """All of it, by every way that a careless author would take."""
    for name, value in arguments.items():
        for attribute in ("tenant", "lines", "total", "anything"):
            with contextlib.suppress(AttributeError, TypeError):
                setattr(value, attribute, None)
                Mutable.changed.append(f"{name}.{attribute}")
        with contextlib.suppress(AttributeError, TypeError):
            value["anything"] = 1
            Mutable.changed.append(name)
    raise AttributeError("nothing here can be changed")


async def takes_over(arguments: dict[str, Any]) -> Any:
    arguments["ctx"].actor = arguments["ctx"].as_system().actor


async def blocks(arguments: dict[str, Any]) -> Any:
    time.sleep(BLOCKED_S * 2)


async def awaits_for_a_minute(arguments: dict[str, Any]) -> Any:
    await asyncio.sleep(60)


async def cancels_its_task(arguments: dict[str, Any]) -> Any:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)


async def cancels_its_task_and_returns(arguments: dict[str, Any]) -> Any:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


async def commits(arguments: dict[str, Any]) -> Any:
    await arguments["tx"].execute("COMMIT")


async def commits_in_passing(arguments: dict[str, Any]) -> Any:
    await arguments["tx"].execute("SELECT 1; /* done */ commit")


async def leaves_its_tenant(arguments: dict[str, Any]) -> Any:
    await arguments["tx"].execute("SELECT set_config('search_path', 'nakamise', true)")


async def closes_the_connection(arguments: dict[str, Any]) -> Any:
    await arguments["tx"].connection.close()


async def keeps_a_transaction_open(arguments: dict[str, Any]) -> Any:
    manager = arguments["ctx"].begin()
    Mutable.kept.append(manager)
    await manager.__aenter__()


async def breaks_its_query(arguments: dict[str, Any]) -> Any:
    await arguments["tx"].execute("SELECT 1 FROM no_such_table")


Act = Callable[[dict[str, Any]], Awaitable[Any]]
# What needs no transaction fits every hook …
EVERYWHERE: Final[tuple[Act, ...]] = (
    raises,
    exits,
    interrupts,
    says_cancelled,
    raises_its_own_base,
    changes_its_input,
    takes_over,
)
# … what awaits needs an async one …
IN_ASYNC: Final[tuple[Act, ...]] = (
    cancels_its_task,
    cancels_its_task_and_returns,
    keeps_a_transaction_open,
)
# … and the rest one with a transaction.
WITH_TX: Final[tuple[Act, ...]] = (
    commits,
    commits_in_passing,
    leaves_its_tenant,
    breaks_its_query,
    closes_the_connection,
)


def specification(hook: str) -> Any:
    return next(vars(cls)[hook] for cls in HOOK_CLASSES if hook in vars(cls))


def arguments_of(hook: str) -> list[str]:
    return [name for name in inspect.signature(specification(hook)).parameters if name != "self"]


def is_async(hook: str) -> bool:
    return inspect.iscoroutinefunction(specification(hook))


def _implementation(hook: str, act: Act) -> Any:
    """Written out as source, because pluggy reads a function's own parameters."""
    names = ", ".join(arguments_of(hook))
    values = ", ".join(f"{name}={name}" for name in arguments_of(hook))
    if is_async(hook):
        text = f"async def {hook}(self, {names}):\n    return await act(dict({values}))\n"
    else:
        text = f"def {hook}(self, {names}):\n    return without_loop(act(dict({values})))\n"
    scope: dict[str, Any] = {"act": act, "without_loop": _without_loop}
    exec(text, scope)
    return hookimpl(scope[hook])


def _without_loop(coroutine: Any) -> Any:
    """For an act that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    finally:
        coroutine.close()
    raise AssertionError("this act waits")


def bad_plugin(id_: str, hook: str, act: Act) -> metadata.EntryPoint:
    made = type(f"Bad_{hook}", (), {hook: _implementation(hook, act)})
    return plugin(id_, hooks=hooks(made))


def all_hooks() -> list[str]:
    return sorted(POLICIES)
