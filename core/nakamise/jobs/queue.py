"""Queue work in a transaction; register who does it; start the worker."""

from __future__ import annotations

import asyncio
import inspect
import typing
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.jobs.handlers import Handler, task_job

if TYPE_CHECKING:
    from nakamise.jobs.worker import Worker
    from nakamise.runtime import Runtime

PAYLOAD_MAX_BYTES: Final = 64 * 1024
LEASE_S: Final = 30.0
POLL_S: Final = 1.0
CONCURRENCY: Final = 4

F = TypeVar("F", bound=Callable[..., Any])
_ENQUEUE: Final = "SELECT nakamise.enqueue($1, $2, $3::jsonb, $4, $5, $6)"
_ENQUEUE_ALL: Final = "SELECT nakamise.enqueue(j.id, j.name, $3::jsonb, $4, NULL, NULL) FROM unnest($1::uuid[], $2::text[]) AS j (id, name)"


class PayloadTooLarge(ValueError):
    """A job carries ids, not documents."""


class CoreTask(msgspec.Struct, frozen=True):
    name: str
    every_s: int


class JobQueue:
    """``lease_s``: after so long without a sign of life, another worker takes a job over."""

    def __init__(
        self, *, lease_s: float = LEASE_S, poll_s: float = POLL_S, concurrency: int = CONCURRENCY
    ) -> None:
        self.lease_s = lease_s
        self.poll_s = poll_s
        self.concurrency = concurrency
        self.core_handlers: dict[str, Handler] = {}
        self.core_tasks: list[CoreTask] = []
        self.wake = asyncio.Event()

    # --- who does it ---------------------------------------------------------------------------------

    def handler(self, name: str) -> Callable[[F], F]:
        """For the core; plugins name theirs in the manifest.

        The function is ``async def (ctx: TenantCtx, payload: <Struct or dict>, job: Job) -> None``.
        """

        def register(function: F) -> F:
            self.core_handlers[name] = Handler(None, name, payload_type(function), function)
            return function

        return register

    def periodic(self, name: str, every_s: int) -> Callable[[F], F]:
        """For the core: ``async def (ctx: TenantCtx) -> None``, for every tenant."""

        def register(function: F) -> F:
            async def work(ctx: Any, _: object, __: object) -> None:
                await function(ctx)

            self.core_tasks.append(CoreTask(name, every_s))
            self.core_handlers[task_job(name)] = Handler(None, task_job(name), dict, work)
            return function

        return register

    # --- what is to be done --------------------------------------------------------------------------

    async def enqueue(
        self,
        tx: Tx,
        name: str,
        payload: msgspec.Struct | Mapping[str, Any],
        *,
        run_at: datetime | None = None,
        key: str | None = None,
        once: str | None = None,
    ) -> uuid.UUID | None:
        """In a tenant's transaction, for that tenant.

        Jobs of one name with the same ``key`` run one after another, in the order in which they were queued.
        None is returned when a job of this name with the same ``once`` waits already.
        Raises PayloadTooLarge.
        """
        job_id = uuid7()
        queued = await tx.value(_ENQUEUE, job_id, name, _checked(payload), key or "", once, run_at)
        self._wake_after(tx)
        return job_id if queued else None

    async def enqueue_all(self, tx: Tx, names: list[str], payload: msgspec.Struct, *, key: str) -> None:
        """The same payload under several names, in one round trip."""
        ids = [uuid7() for _ in names]
        await tx.values(_ENQUEUE_ALL, ids, names, _checked(payload), key)
        self._wake_after(tx)

    def _wake_after(self, tx: Tx) -> None:
        async def wake() -> None:
            self.wake.set()

        tx.after_commit(wake)

    # --- doing it ------------------------------------------------------------------------------------

    @asynccontextmanager
    async def worker(self, runtime: Runtime) -> AsyncIterator[Worker]:
        """Works in this process until the block ends; jobs in work get a moment to finish then."""
        from nakamise.jobs.worker import Worker

        worker = Worker(self, runtime)
        worker.start()
        try:
            yield worker
        finally:
            await worker.stop()


def payload_type(function: Callable[..., Any]) -> Any:
    """The annotation of the second parameter. Raises TypeError when there is none."""
    names = list(inspect.signature(function).parameters)
    hints = typing.get_type_hints(function)
    if len(names) != 3 or names[1] not in hints:
        raise TypeError(f"{function!r} is not (ctx: TenantCtx, payload: <type>, job: Job)")
    return hints[names[1]]


def _checked(payload: msgspec.Struct | Mapping[str, Any]) -> msgspec.Struct | Mapping[str, Any]:
    size = len(msgspec.json.encode(payload))
    if size > PAYLOAD_MAX_BYTES:
        raise PayloadTooLarge(f"{size} bytes, at most {PAYLOAD_MAX_BYTES}")
    return payload
