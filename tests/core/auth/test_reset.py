"""A forgotten password."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from tests.core.accounts import PASSWORD, Site

NEW = "another horse 2027"


def blank(page: str, email: str) -> str:
    return re.sub(r'nonce="[^"]*"', "", page).replace(email, "")


async def ask(site: Site, email: str) -> str:
    """The token of the mail."""
    assert (await site.browser().post("/reset", data={"email": email})).status_code == 200
    return (await site.mails(email))[-1].token


@pytest.mark.req("LC-1.3.1")
async def test_known_and_unknown_addresses_get_the_same_answer(site: Site) -> None:
    user = await site.user()
    known = await site.browser().post("/reset", data={"email": user.email})
    unknown = await site.browser().post("/reset", data={"email": "nobody@example.com"})
    assert known.status_code == unknown.status_code == 200
    assert blank(known.text, user.email) == blank(unknown.text, "nobody@example.com")
    assert await site.mails("nobody@example.com") == []


@pytest.mark.req("LC-1.3.1")
async def test_asking_is_braked(site: Site) -> None:
    codes = [
        (await site.browser().post("/reset", data={"email": "a@example.com"})).status_code for _ in range(4)
    ]
    assert codes == [200, 200, 200, 429]


@pytest.mark.req("LC-1.3.2")
async def test_the_new_password_works_and_every_session_ends(site: Site) -> None:
    user = await site.user()
    browser, device = await site.logged_in(user), await site.logged_in_device(user)
    token = await ask(site, user.email)
    assert (await site.browser().get("/reset/new", params={"token": token})).status_code == 200
    done = await site.browser().post(
        "/reset/new", data={"token": token, "password": NEW, "password_again": NEW}
    )
    assert done.headers["location"] == "/login"
    assert (await browser.get("/account")).status_code == 303
    assert (await device.get("/api/account")).status_code == 401
    for password, status in ((PASSWORD, 422), (NEW, 303)):
        answer = await site.browser().post("/login", data={"email": user.email, "password": password})
        assert answer.status_code == status
    assert len(await site.mails(user.email)) == 2


@pytest.mark.req("LC-1.3.2")
async def test_a_link_works_for_an_hour_and_once(site: Site) -> None:
    user = await site.user()
    late = await ask(site, user.email)
    site.clock.advance(timedelta(minutes=60))
    data = {"password": NEW, "password_again": NEW}
    assert (await site.browser().post("/reset/new", data={"token": late, **data})).status_code == 410
    token = await ask(site, user.email)
    assert (await site.browser().post("/reset/new", data={"token": token, **data})).status_code == 303
    assert (await site.browser().post("/reset/new", data={"token": token, **data})).status_code == 410


@pytest.mark.req("LC-1.3.2")
async def test_of_many_uses_at_once_one_wins(site: Site) -> None:
    user = await site.user()
    token = await ask(site, user.email)
    passwords = [f"racing horse number {n}" for n in range(8)]
    answers = await asyncio.gather(
        *(
            site.browser().post("/reset/new", data={"token": token, "password": word, "password_again": word})
            for word in passwords
        )
    )
    won = [word for word, answer in zip(passwords, answers, strict=True) if answer.status_code == 303]
    assert len(won) == 1
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 7
    assert (
        await site.browser().post("/login", data={"email": user.email, "password": won[0]})
    ).status_code == 303


async def test_a_bad_password_does_not_use_up_the_link(site: Site) -> None:
    user = await site.user()
    token = await ask(site, user.email)
    refused = await site.browser().post(
        "/reset/new", data={"token": token, "password": "short", "password_again": "short"}
    )
    assert refused.status_code == 422
    assert token in refused.text
    done = await site.browser().post(
        "/reset/new", data={"token": token, "password": NEW, "password_again": NEW}
    )
    assert done.status_code == 303


async def test_links_are_made_of_the_tenants_own_host(site: Site) -> None:
    """A forged Host or X-Forwarded-Host must not end up in somebody's mailbox."""
    user = await site.user()
    await site.browser().post(
        "/reset", data={"email": user.email}, headers={"X-Forwarded-Host": "evil.example"}
    )
    [mail] = await site.mails(user.email)
    assert "evil.example" not in mail.text_body + mail.html_body
    assert f"{site.runtime.directory.base_url(site.tenant)}/reset/new?token=" in mail.text_body


async def test_a_token_of_one_tenant_means_nothing_on_another(site: Site, other_site: Site) -> None:
    user = await site.user()
    token = await ask(site, user.email)
    data = {"token": token, "password": NEW, "password_again": NEW}
    assert (await other_site.browser().post("/reset/new", data=data)).status_code == 410


@pytest.mark.req("LC-1.3.3")
async def test_the_page_links_back_to_the_login(site: Site) -> None:
    assert 'href="/login"' in (await site.browser().get("/reset")).text
