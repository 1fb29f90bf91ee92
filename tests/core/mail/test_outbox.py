"""From a business transaction to a mail server."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy
from typing import Any, Final

import msgspec
import pytest
import pytest_asyncio

from nakamise.admin.site import service
from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.embedded import EmbeddedPostgres
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import SYSTEM, Tenant, TenantCtx
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy import provision
from nakamise.testing.drain import drain
from nakamise.testing.fixtures import NewTenant
from nakamise.testing.server import throwaway_postgres
from tests.core.accounts import Site
from tests.core.mail.smtp_servers import Inbox, smtp_server
from tests.faults.ground import prepared

NOTICE: Final[dict[str, Any]] = {
    "subject": "お知らせ",
    "paragraphs": ["本文です。"],
    "facts": [],
    "action": {"label": "見る", "path": "/x"},
}


class _Row(msgspec.Struct):
    state: str
    attempts: int
    last_error: str
    text_body: str


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """Of these tests alone: a worker sends the waiting mails of every tenant, also of other tests'."""
    with throwaway_postgres() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_settings(own_postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return await prepared(own_postgres, tmp_path_factory.mktemp("mail"))


@pytest.fixture
async def sender(own_settings: Settings, host: PluginHost, inbox: Inbox) -> AsyncIterator[Runtime]:
    """An installation with a mail server."""
    async with smtp_server(inbox) as port:
        changed = msgspec.structs.replace(
            own_settings, smtp_url=f"smtp://127.0.0.1:{port}", environment="production"
        )
        built = await build_runtime(changed, host=host)
        yield built
        await close_runtime(built)


@pytest.fixture
async def tenant(sender: Runtime) -> Tenant:
    slug = f"m-{secrets.token_hex(4)}"
    wanted = provision.NewTenant(slug=slug, name=slug.upper(), hosts=[f"{slug}.localhost"])
    tenant_id = await provision.create(sender.settings, sender.host, wanted)
    await sender.directory.refresh()
    made = sender.directory.by_id(tenant_id)
    assert made is not None
    return made


def ctx_of(runtime: Runtime, tenant: Tenant) -> TenantCtx:
    return TenantCtx(runtime, tenant, SYSTEM, runtime.host.lineup(tenant.plugins))


async def queue(runtime: Runtime, tenant: Tenant, to: str = "a@example.com", unsubscribe: str = "") -> None:
    ctx = ctx_of(runtime, tenant)
    async with ctx.begin() as tx:
        await runtime.mail.queue(ctx, tx, "mail/notice", to, unsubscribe=unsubscribe, **NOTICE)


async def rows(runtime: Runtime, tenant: Tenant) -> list[_Row]:
    async with ctx_of(runtime, tenant).read() as tx:
        return await tx.all(
            _Row, "SELECT state, attempts, last_error, text_body FROM core_mail ORDER BY created_at"
        )


async def test_a_sender_elsewhere_gets_the_answers_only(
    sender: Runtime, tenant: Tenant, inbox: Inbox
) -> None:
    await service.save(ctx_of(sender, tenant), {"mail_sender_address": "info@shop.example"}, None)
    await queue(sender, tenant)
    await drain(sender, tenant)
    [envelope] = inbox.taken
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert f"no-reply@{tenant.canonical_host}" in mail["From"]
    assert mail["Reply-To"] == "info@shop.example"


async def test_a_mail_arrives_in_the_tenants_name(sender: Runtime, tenant: Tenant, inbox: Inbox) -> None:
    await queue(sender, tenant)
    await drain(sender, tenant)
    [envelope] = inbox.taken
    assert envelope.rcpt_tos == ["a@example.com"]
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert mail["Subject"] == "お知らせ"
    assert tenant.name in mail["From"]
    assert f"{sender.directory.base_url(tenant)}/x" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert b"nakamise" not in envelope.content.lower()
    assert [row.state for row in await rows(sender, tenant)] == ["sent"]


@pytest.mark.req("GA-10", "LC-6.7.3")
async def test_a_mail_that_can_be_ended_says_how(sender: Runtime, tenant: Tenant, inbox: Inbox) -> None:
    """RFC 2369 and RFC 8058, as the mail server is told."""
    await queue(sender, tenant)
    await queue(sender, tenant, unsubscribe="/social/unsubscribe/token")
    await drain(sender, tenant)
    contents = [one.content for one in inbox.taken if isinstance(one.content, bytes)]
    found = [message_from_bytes(content, policy=policy.default) for content in contents]
    plain, endable = sorted(found, key=lambda mail: mail["List-Unsubscribe"] is not None)
    assert plain["List-Unsubscribe"] is None
    assert endable["List-Unsubscribe"] == f"<{sender.directory.base_url(tenant)}/social/unsubscribe/token>"
    assert endable["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_what_rolls_back_is_never_sent(sender: Runtime, tenant: Tenant, inbox: Inbox) -> None:
    ctx = ctx_of(sender, tenant)
    with pytest.raises(RuntimeError):
        async with ctx.begin() as tx:
            await sender.mail.queue(ctx, tx, "mail/notice", "a@example.com", **NOTICE)
            raise RuntimeError
    await drain(sender, tenant)
    assert inbox.taken == []
    assert await rows(sender, tenant) == []


async def test_links_that_open_accounts_do_not_stay_in_production(
    sender: Runtime, tenant: Tenant, inbox: Inbox
) -> None:
    await queue(sender, tenant)
    await drain(sender, tenant)
    assert [row.text_body for row in await rows(sender, tenant)] == [""]


async def test_a_refused_mail_is_not_tried_again(sender: Runtime, tenant: Tenant, inbox: Inbox) -> None:
    inbox.rcpt = "550 no such user"
    await queue(sender, tenant)
    await drain(sender, tenant)
    [row] = await rows(sender, tenant)
    assert (row.state, row.attempts) == ("failed", 1)
    assert "550" in row.last_error


async def test_a_busy_server_is_tried_again_with_the_same_message_id(
    sender: Runtime, tenant: Tenant, inbox: Inbox
) -> None:
    inbox.data = "451 later"
    await queue(sender, tenant)
    await drain(sender, tenant, allow_failures=True)
    [row] = await rows(sender, tenant)
    assert (row.state, row.attempts >= 1) == ("waiting", True)
    assert "451" in row.last_error
    inbox.data = "250 OK"
    async with sender.db.control() as tx:
        await tx.execute("UPDATE job SET run_at = now() WHERE tenant_id = $1 AND every_s IS NULL", tenant.id)
    await drain(sender, tenant, allow_failures=True)
    assert [row.state for row in await rows(sender, tenant)] == ["sent"]
    assert len(inbox.taken) == 1


async def test_the_mailbox_page_is_the_demos_alone(
    runtime: Runtime, app: App, sender: Runtime, tenant: Tenant, new_tenant: NewTenant
) -> None:
    from nakamise.clock import FixedClock

    demo = await new_tenant()
    await runtime.directory.refresh()
    await queue(runtime, demo, "<b>@example.com")
    still = FixedClock(runtime.clock.now())
    shown = Site(runtime, app, demo, still)
    hidden = Site(sender, create_app(sender), tenant, still)
    page = await shown.browser().get("/dev/mail")
    assert "お知らせ" in page.text
    assert "&lt;b&gt;@example.com" in page.text
    assert (await hidden.browser().get("/dev/mail")).status_code == 404
    await shown.close()
    await hidden.close()
