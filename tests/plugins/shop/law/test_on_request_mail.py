"""The answer to a request by SMTP: it arrives, or staff see that it did not and what to do."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.embedded import EmbeddedPostgres
from nakamise.host.registry import PluginHost
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.testing.drain import drain
from nakamise.testing.server import throwaway_postgres
from nakamise.testing.tenants import client_of
from nakamise_shop.on_request.log import forget_old
from tests.core.mail.smtp_servers import Inbox, smtp_server
from tests.faults.ground import prepared, stall_on
from tests.plugins.shop.law.test_on_request import ADDRESS, ASKS, FULL, NOTICE, PHONE, keep_both
from tests.plugins.shop.staff.office import API, PAGES, Office, open_office

LIST = f"{API}/notice-requests"


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """Of these tests alone: a worker sends the waiting mails of every tenant."""
    with throwaway_postgres() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_settings(own_postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return await prepared(own_postgres, tmp_path_factory.mktemp("told"))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def sender(own_settings: Settings, host: PluginHost, inbox: Inbox) -> AsyncIterator[Runtime]:
    async with smtp_server(inbox) as port:
        changed = msgspec.structs.replace(own_settings, smtp_url=f"smtp://127.0.0.1:{port}")
        built = await build_runtime(changed, host=host)
        yield built
        await close_runtime(built)


@pytest.fixture
async def office(sender: Runtime) -> AsyncIterator[Office]:
    """A shop of an installation with a mail server, that keeps address and phone."""
    stall = await stall_on(sender, f"told-{secrets.token_hex(4)}")
    app = create_app(sender)
    opened = await open_office(stall, lambda tenant: client_of(app, sender, tenant))
    await keep_both(opened)
    yield opened
    for client in (opened.browser, opened.api, opened.guest):
        await client.aclose()


async def log(office: Office) -> list[dict[str, Any]]:
    answer = await office.api.get(LIST)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.req("BX-14")
async def test_the_whole_notice_arrives_at_once(office: Office, sender: Runtime, inbox: Inbox) -> None:
    office.guest.headers["Accept-Language"] = "en"
    asked = await office.guest.post(NOTICE, data={"email": "hana..ko@example.com"})
    assert asked.status_code == 303, "whether it can be written to, the mail server says"
    office.guest.headers["Accept-Language"] = "ja"
    assert (await office.guest.post(NOTICE, data={"email": "b@example.com"})).status_code == 303
    assert {one["state"] for one in await log(office)} == {"waiting"}
    await drain(sender, office.stall.tenant)
    [envelope] = inbox.taken
    assert envelope.rcpt_tos == ["b@example.com"]
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert mail["Subject"] == "hontenの店の住所・電話番号の開示"
    for kind in ("plain", "html"):
        body = mail.get_body((kind,)).get_content()  # type: ignore[union-attr]
        assert all(text in body for text in (ADDRESS, PHONE, FULL["seller"], FULL["email"])), kind
    states = {
        one["email"]: (one["state"], one["sent_at"] is not None, one["locale"]) for one in await log(office)
    }
    assert states == {"b@example.com": ("sent", True, "ja"), "hana..ko@example.com": ("failed", False, "en")}
    page = (await office.browser.get(f"{PAGES}/notice-requests")).text
    assert (page.count("メール未達"), page.count("メールで開示済み")) == (1, 1)


@pytest.mark.req("BX-14")
async def test_a_mail_that_is_refused_is_sent_again_or_told_another_way(
    office: Office, sender: Runtime, inbox: Inbox
) -> None:
    inbox.rcpt = "550 no such user"
    for email in ("a@example.com", "b@example.com"):
        assert (await office.guest.post(ASKS, json={"email": email, "name": "花子"})).status_code == 202
    await drain(sender, office.stall.tenant)
    page = (await office.browser.get(f"{PAGES}/notice-requests")).text
    assert page.count("550") == page.count("開示済みにする</button>") == 2
    assert "開示のメールが届いていない請求があります" in page
    inbox.rcpt = "250 OK"
    ids = {one["email"]: one["id"] for one in await log(office)}
    moved = FULL | {"phone": "0745-11-2222"}
    shop = (await office.api.get(f"{API}/shops/{office.stall.shops['honten']}")).json()
    changed = {"version": shop["version"], "name": shop["name"], "legal": moved}
    assert (await office.api.put(f"{API}/shops/{shop['id']}", json=changed)).status_code == 200
    again = await office.api.post(f"{LIST}/{ids['a@example.com']}/again")
    assert (again.status_code, again.json()["state"], again.json()["told"]["phone"]) == (
        200,
        "waiting",
        "0745-11-2222",
    )
    twice = await office.api.post(f"{LIST}/{ids['a@example.com']}/again")
    assert (twice.status_code, twice.json()["code"]) == (409, "not_failed")
    await drain(sender, office.stall.tenant)
    assert [one.rcpt_tos for one in inbox.taken] == [["a@example.com"]]
    noted = await office.browser.post(f"{PAGES}/notice-requests/{ids['b@example.com']}/helped")
    assert noted.status_code == 303
    states = {one["email"]: (one["state"], one["helped_by"]) for one in await log(office)}
    assert states == {"a@example.com": ("sent", ""), "b@example.com": ("helped", "店員")}
    assert (
        "開示のメールが届いていない請求があります"
        not in (await office.browser.get(f"{PAGES}/notice-requests")).text
    )


@pytest.mark.req("BX-14")
async def test_a_mail_server_that_does_not_answer_is_seen(
    office: Office, sender: Runtime, inbox: Inbox
) -> None:
    """It is tried again by itself, and staff see it when it takes longer than "without delay" allows."""
    inbox.data = "451 later"
    assert (await office.guest.post(ASKS, json={"email": "a@example.com"})).status_code == 202
    await drain(sender, office.stall.tenant, allow_failures=True)
    assert [one["state"] for one in await log(office)] == ["waiting"]
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE core_mail SET created_at = created_at - interval '16 minutes'")
    [late] = await log(office)
    assert (late["state"], "451" in late["error"]) == ("failed", True)
    inbox.data = "250 OK"
    async with sender.db.control() as tx:
        await tx.execute(
            "UPDATE job SET run_at = now() WHERE tenant_id = $1 AND every_s IS NULL", office.stall.tenant.id
        )
    await drain(sender, office.stall.tenant, allow_failures=True)
    assert [one["state"] for one in await log(office)] == ["sent"]
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE core_mail SET sent_at = sent_at - interval '8 days'")
    await forget_old(office.stall.ctx)
    assert [(one["email"], one["state"]) for one in await log(office)] == [("", "sent")]
