"""What becomes of a form that is sent, and of a button that is pressed; and the tabs above a list."""

from __future__ import annotations

import enum
import uuid

import msgspec
import pytest

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin.context import Tenant
from nakamise.testing.fixtures import CtxFor
from nakamise.web import Refused, acted, filter_tabs, tried_with

SEEN = "SELECT count(*) FROM core_audit WHERE act = $1"


class State(enum.StrEnum):
    ON = "on"
    OFF = "off"


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    q: str = ""
    state: State | None = None
    page: int = 1


async def test_what_was_typed_wrong_is_not_tried(bare_tenant: Tenant, ctx_for: CtxFor) -> None:
    ctx, act = ctx_for(bare_tenant), f"typed.{uuid.uuid4().hex}"

    async def save(tx: Tx, given: str) -> str:
        await ctx.audit(tx, act, given)
        if given == "taken":
            raise Invalid({"name": FieldError("Please enter a whole number.")})
        return given

    wrong = await tried_with(ctx, (None, {"name": FieldError("Please enter a whole number.")}), save)
    assert isinstance(wrong, Refused)
    assert (wrong.status, wrong.texts(ctx)) == (422, {"name": "整数で入力してください。"})
    taken = await tried_with(ctx, ("taken", {}), save)
    assert isinstance(taken, Refused)
    assert list(taken.errors) == ["name"]
    assert await tried_with(ctx, ("free", {}), save) == "free"
    async with ctx.read() as tx:
        assert await tx.value(SEEN, act) == 1, "what was refused left nothing"


async def test_a_button_says_what_was_done_or_why_not(bare_tenant: Tenant, ctx_for: CtxFor) -> None:
    ctx, act = ctx_for(bare_tenant), f"pressed.{uuid.uuid4().hex}"

    async def start(tx: Tx) -> None:
        await ctx.audit(tx, act, "")

    async def twice(tx: Tx) -> None:
        await start(tx)
        raise Conflict("It runs already.")

    async def wrong(_tx: Tx) -> None:
        raise Invalid({})

    done = await acted(ctx, "/admin/x", start, "It runs.")
    refused = await acted(ctx, "/admin/x", twice, "It runs.")
    for answer in (done, refused):
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/x")
    assert done.cookies[0].value != refused.cookies[0].value
    async with ctx.read() as tx:
        assert await tx.value(SEEN, act) == 1, "what was refused left nothing"
    with pytest.raises(Invalid):
        await acted(ctx, "/admin/x", wrong, "")


def test_tabs_keep_the_search_and_begin_at_page_one(bare_tenant: Tenant, ctx_for: CtxFor) -> None:
    wanted = Filter(q="x", state=State.ON, page=3)
    tabs = filter_tabs(
        ctx_for(bare_tenant), "/list", wanted, "state", [(State.ON, "オン"), (State.OFF, "オフ")]
    )
    assert [(one.label, one.href, one.current) for one in tabs] == [
        ("すべて", "/list?q=x", False),
        ("オン", "/list?q=x&state=on", True),
        ("オフ", "/list?q=x&state=off", False),
    ]
