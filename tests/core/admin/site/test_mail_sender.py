"""Mails leave under the address that was asked for only where its domain is the site's own."""

from __future__ import annotations

import pytest

from nakamise.admin.site import service
from nakamise.mail.outbox import sends_as
from nakamise.runtime import Runtime
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import CtxFor, MakeTenant


@pytest.mark.parametrize(("domain", "is_own"), [("own", True), ("another", False), ("shop.example", False)])
async def test_the_administrator_is_told_which_address_mails_leave_under(
    runtime: Runtime, make_tenant: MakeTenant, as_admin: As, ctx_for: CtxFor, domain: str, is_own: bool
) -> None:
    tenant, another = await make_tenant(), await make_tenant()
    hosts = {"own": tenant.canonical_host, "another": another.canonical_host}
    address = f"info@{hosts.get(domain, domain)}"
    await service.save(ctx_for(tenant), {"mail_sender_address": address}, None)
    known = runtime.directory.by_id(tenant.id)
    assert known is not None
    assert sends_as(ctx_for(known), address) is is_own
    page = (await (await as_admin(known)).client.get("/admin/settings")).text
    assert (f"{address}はこのサイトのドメイン" in page) is not is_own
