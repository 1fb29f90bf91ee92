"""What plugins keep running beside the requests of a process: opened at the first use, closed with the process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from nakamise.plugin.companions import Installation

if TYPE_CHECKING:
    from nakamise.runtime import Runtime

S = TypeVar("S")


class Open(Protocol):
    def __call__(self, installation: Installation, /) -> AbstractAsyncContextManager[Any]: ...


class Companions:
    """``openers`` by the type of what they open."""

    def __init__(self, openers: Mapping[type[Any], Open]) -> None:
        self._openers = openers
        self._opened: dict[type[Any], Any] = {}
        # One each: what opens slowly keeps nobody from another one that is open already.
        self._opening = {type_: asyncio.Lock() for type_ in openers}
        self._stack = AsyncExitStack()

    async def get(self, runtime: Runtime, type_: type[S]) -> S:
        """The same one for everybody in this process. Raises KeyError for a type that no usable plugin declared,
        and whatever opening it raises; the next use tries again."""
        async with self._opening[type_]:
            if type_ not in self._opened:
                opener = self._openers[type_](Installation(runtime))
                self._opened[type_] = await self._stack.enter_async_context(opener)
        found: S = self._opened[type_]
        return found

    async def close(self) -> None:
        """The last opened first."""
        async with AsyncExitStack() as held:
            for lock in self._opening.values():
                await held.enter_async_context(lock)
            self._opened.clear()
            await self._stack.aclose()
