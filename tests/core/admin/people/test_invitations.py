"""Invitations: who may be invited, what the mail says, who may accept."""

from __future__ import annotations

import re

import pytest

from nakamise.admin.people.invitations import invite_first_admin
from tests.core.accounts import Site


def link_in(text: str) -> str:
    found = re.search(r"/invite/([A-Za-z0-9_-]{40,})", text)
    assert found is not None, text
    return found[0]


@pytest.mark.req("LC-10.4")
async def test_the_first_admin_of_a_tenant_gets_a_link(site: Site) -> None:
    async with site.ctx.begin() as tx:
        invited = await invite_first_admin(tx, site.ctx, "first@example.com", "山田")
    mail = (await site.mails("first@example.com"))[-1]
    assert "山田" in mail.text_body
    assert invited.url.endswith(link_in(mail.text_body))
    assert "nakamise" not in mail.html_body.lower()
