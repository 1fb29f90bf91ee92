"""Large files are applied by a job, which says how far it is; small ones at once."""

from __future__ import annotations

import uuid
from typing import Final, Literal

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.plugin import Actor, Job, TenantCtx
from nakamise.web import N_
from nakamise_shop.saying import say
from nakamise_shop.staff.sheets import imports
from nakamise_shop.staff.text import words

JOB: Final = "shop.import"
# Up to so many rows are applied while staff wait: less than a second.
AT_ONCE_MAX: Final = 200
MANAGE: Final = "shop.products.manage"
_START: Final = """
INSERT INTO shop_import_run (import_id) VALUES ($1)
ON CONFLICT (import_id) DO UPDATE SET state = 'waiting', done = 0, total = 0, failure = '', begun_at = excluded.begun_at
WHERE shop_import_run.state = 'failed' OR shop_import_run.begun_at < now() - interval '30 minutes'
"""
# A worker that died for good says nothing.
_RUN: Final = """
SELECT done, total, failure, CASE WHEN state <> 'done' AND begun_at < now() - interval '30 minutes' THEN 'failed'
                                  ELSE state END AS state
FROM shop_import_run WHERE import_id = $1
"""
_UNHEARD: Final = N_("It did not come to an end. Please try again.")
_NO_RIGHT: Final = N_("You may not change products any more.")
# As a request of theirs would have it now: $1 the user, $2 the role that only the session had
_ACTOR: Final = """
SELECT u.display_name, ARRAY(
    SELECT p.permission FROM core_role_permission p
    WHERE p.is_granted AND (p.role_id = $2
        OR p.role_id IN (SELECT r.role_id FROM core_user_role r WHERE r.user_id = u.id))) AS permissions
FROM core_user u WHERE u.id = $1 AND u.state = 'active'
"""
_ACT_ROLE: Final = "SELECT act_role FROM core_session WHERE id = $1"
RunState = Literal["waiting", "checking", "writing", "done", "failed"]


class ImportJob(msgspec.Struct, frozen=True):
    """``mark`` is the preview's; ``locale`` in which a refusal is told; ``by`` who acts for the user, if somebody.

    ``act_role``: the role that they act in besides the user's own, as for somebody who is invited; "": none."""

    import_id: uuid.UUID
    mark: str
    user_id: uuid.UUID
    locale: str
    by: str | None = None
    act_role: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """``done`` of ``total`` rows are written; ``total`` 0: not known yet."""

    state: RunState
    done: int
    total: int
    failure: str

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "checking", "writing")


class _Person(msgspec.Struct, frozen=True):
    display_name: str
    permissions: frozenset[str]


def is_large(found: imports.Upload) -> bool:
    return found.content.count(b"\n") > AT_ONCE_MAX


async def of_import(tx: Tx, import_id: uuid.UUID) -> Run | None:
    return await tx.first(Run, _RUN, import_id)


def failure_of(ctx: TenantCtx, run: Run | None) -> str:
    """Why the last try wrote nothing; "" when it did not fail."""
    return (run.failure or words(ctx)(_UNHEARD)) if run and run.state == "failed" else ""


async def start(ctx: TenantCtx, import_id: uuid.UUID, mark: str) -> None:
    """Once; again after it failed. Raises NotFound, Conflict (``already_applied``)."""
    async with ctx.begin() as tx:
        imports.check_open(await imports.find(ctx, tx, import_id))
        if await tx.execute(_START, import_id) != 1:
            return
        role = await tx.value(_ACT_ROLE, ctx.actor.session_id) or ""
        wanted = ImportJob(import_id, mark, ctx.require_user(), ctx.locale, ctx.actor.impersonator, role)
        await ctx.enqueue(tx, JOB, wanted)


async def carry_out(ctx: TenantCtx, payload: ImportJob, _: Job) -> None:
    """The job: everything or nothing, however often it is tried."""
    progress = Progress(ctx, payload.import_id)
    await progress.note("checking")
    acting = await _acting(ctx, payload)
    try:
        _check_right(acting)
        await imports.apply(acting, payload.import_id, payload.mark, progress.rows)
    except NotFound:
        return  # deleted meanwhile, and the run with it
    except (Conflict, Invalid) as refused:
        await _ended(ctx, acting, payload.import_id, refused)


async def _acting(ctx: TenantCtx, payload: ImportJob) -> TenantCtx:
    """Who asked for it, with what they may do now."""
    async with ctx.read() as tx:
        found = await tx.first(_Person, _ACTOR, payload.user_id, payload.act_role)
    person = found or _Person("", frozenset())
    actor = Actor(
        user_id=payload.user_id,
        display_name=person.display_name,
        permissions=person.permissions,
        impersonator=payload.by,
    )
    return ctx.acting_as(actor).in_language(payload.locale)


def _check_right(acting: TenantCtx) -> None:
    if not acting.actor.can(MANAGE):
        raise Conflict(_NO_RIGHT, code="no_right", domain="shop")


async def _ended(
    ctx: TenantCtx, acting: TenantCtx, import_id: uuid.UUID, refused: Conflict | Invalid
) -> None:
    async with ctx.begin() as tx:
        found = await imports.find(ctx, tx, import_id)
        # A try before this one got through, and nobody heard of it.
        if found.applied_at is not None:
            await tx.execute("UPDATE shop_import_run SET state = 'done' WHERE import_id = $1", import_id)
            return
        query = "UPDATE shop_import_run SET state = 'failed', failure = $2 WHERE import_id = $1"
        await tx.execute(query, import_id, why(acting, refused))


def why(ctx: TenantCtx, fault: Conflict | Invalid) -> str:
    """What is wrong with each field, or the one sentence; nothing twice."""
    faults = (
        dict.fromkeys(say(ctx, one) for one in fault.fields.values()) if isinstance(fault, Invalid) else {}
    )
    return " ".join(faults) or say(ctx, fault)


class Progress:
    """Told in transactions of its own: the one that writes is not seen before its end."""

    def __init__(self, ctx: TenantCtx, import_id: uuid.UUID) -> None:
        self._ctx = ctx
        self._import_id = import_id

    async def note(self, state: RunState, done: int = 0, total: int = 0) -> None:
        async with self._ctx.begin() as tx:
            await tx.execute(
                "UPDATE shop_import_run SET state = $2, done = $3, total = $4"
                " WHERE import_id = $1 AND state IN ('waiting', 'checking', 'writing')",
                *(self._import_id, state, done, total),
            )

    async def rows(self, done: int, total: int) -> None:
        await self.note("writing", done, total)
