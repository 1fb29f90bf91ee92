"""The slot of mails: a plugin's line at the foot, in both twins of the mail, in its reader's language."""

from __future__ import annotations

from typing import Any

import pytest

from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.fixtures import CtxFor, MakeTenant

NOTICE: dict[str, Any] = {
    "subject": "x",
    "paragraphs": ["y"],
    "facts": [],
    "action": {"label": "z", "path": "/"},
}

pytestmark = pytest.mark.req("BX-19")


@pytest.mark.parametrize(("shows", "times"), [(True, 1), (False, 0)])
async def test_its_line_stands_in_both_twins(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor, shows: bool, times: int
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    await switches.configure(runtime, tenant.id, "hello", {"shows_marks": shows})
    ctx = ctx_for(tenant)
    async with ctx.begin() as tx:
        await ctx.send_mail(tx, "mail/notice", "mira@example.com", **NOTICE)
        html = await tx.value("SELECT html_body FROM core_mail")
        text = await tx.value("SELECT text_body FROM core_mail")
    assert [body.count("ここからもこんにちは") for body in (html, text)] == [times, times]
