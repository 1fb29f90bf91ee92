"""Every kind of mail, as the mail server of somebody else gets it."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

import msgspec
import pytest
from aiosmtpd.smtp import Envelope

from nakamise.admin.people import mails as people_mails
from nakamise.auth import mails as account_mails
from nakamise.auth.users import User, user_by_id
from nakamise.contracts.control import NewTenantRequest
from nakamise.contracts.orders import OrderCancelled
from nakamise.db import Tx
from nakamise.plans.usage import WARNING_JOB, UsageWarning
from nakamise.plugin import TenantCtx
from nakamise.testing.conformance.samples import sample
from nakamise_webhooks.deliveries import alarm
from tests.isolation.house import House
from tests.whitelabel.reading import read_mail
from tests.whitelabel.town import Town

pytestmark = pytest.mark.req("LC-0.1", "DF-22")

MODULES: Final[tuple[ModuleType, ...]] = (account_mails, people_mails)


def kinds(module: ModuleType) -> list[Callable[..., Any]]:
    """Every function of ``module`` that sends a mail: a new one is tested without being named here."""
    return [made for name, made in inspect.getmembers(module, inspect.isfunction) if name.startswith("send_")]


def arguments(function: Callable[..., Any], ctx: TenantCtx, tx: Tx, user: User) -> list[Any]:
    known = {
        "ctx": ctx,
        "tx": tx,
        "user": user,
        "to": user.email,
        "new_email": user.email,
        "display_name": user.display_name,
        "message": "ようこそ",
        "token": "t" * 43,
        "path": "/staff/invitation?token=x",
        "left": 3,
    }
    return [known[name] for name in inspect.signature(function).parameters]


@pytest.mark.parametrize("locale", ["ja", "en"])
async def test_mails_of_accounts_and_staff(town: Town, locale: str) -> None:
    left = town.places["left"]
    ctx = left.stall.ctx.in_language(locale)
    functions = [function for module in MODULES for function in kinds(module)]
    before = len(town.inbox.taken)
    async with ctx.begin() as tx:
        user = await user_by_id(tx, left.people["buyer"].id)
        for function in functions:
            await function(*arguments(function, ctx, tx, user))
    await town.drain(left.stall.tenant)
    assert len(town.inbox.taken) - before == len(functions) >= 11
    await no_leak(town, left, before)


async def test_mails_of_orders_limits_and_webhooks(town: Town) -> None:
    """Paid and shipped orders wrote theirs when the shop was furnished; a cancelled one writes its document too."""
    left = town.places["left"]
    before = len(town.inbox.taken)
    await _cancel(left)
    await _warn(left)
    await _switch_off(left)
    await town.drain(left.stall.tenant)
    assert len(town.inbox.taken) - before == 4
    await no_leak(town, left, 0)


async def test_the_mail_to_the_first_administrator(town: Town) -> None:
    """A site that the agency has just made."""
    wanted = NewTenantRequest(
        name="花と器", slug=f"w-{uuid.uuid4().hex[:8]}", admin_email="first@shop.example", admin_name="みどり"
    )
    made = await town.plane("north").create(wanted)
    site = town.runtime.directory.by_id(made.summary.id)
    assert site is not None
    await town.drain(site)
    [envelope] = [one for one in town.inbox.taken if one.rcpt_tos == ["first@shop.example"]]
    leaks = (await town.words_for()).leaks("invitation", read_mail(content_of(envelope)))
    assert not leaks, "\n".join(leaks)


async def no_leak(town: Town, house: House, since: int) -> None:
    """Envelope, name in the greeting of the conversation, headers and bodies of what ``house`` sent."""
    words = await town.words_for("left")
    host = house.stall.tenant.canonical_host
    leaks = []
    mine = 0
    for envelope, ehlo in list(zip(town.inbox.taken, town.inbox.ehlo, strict=True))[since:]:
        if str(envelope.mail_from).endswith(f"@{host}"):
            mine += 1
            spoken = [("EHLO", ehlo), ("MAIL FROM", str(envelope.mail_from))]
            leaks += words.leaks("mail", [*spoken, *read_mail(content_of(envelope))])
            assert f"@{host}>".encode() in content_of(envelope).split(b"\r\n\r\n")[0]
    assert not leaks, "\n".join(leaks)
    assert mine


def content_of(envelope: Envelope) -> bytes:
    content = envelope.content
    assert isinstance(content, bytes)
    return content


async def _cancel(house: House) -> None:
    event = sample(OrderCancelled)
    assert isinstance(event, OrderCancelled)
    about = msgspec.structs.replace(event, order_id=uuid.UUID(house.things["order_id"]), reason="staff")
    async with house.stall.ctx.begin() as tx:
        await house.stall.ctx.publish(tx, about)


async def _warn(house: House) -> None:
    """As if four fifths of what the plan has of them were used."""
    about = UsageWarning("shop.shops", "", 80)
    async with house.stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO core_usage (meter, period, used) VALUES ($1, $2, 4)"
            " ON CONFLICT (meter, period) DO UPDATE SET warned = 0",
            *(about.meter, about.period),
        )
        await house.stall.ctx.enqueue(tx, WARNING_JOB, about)


async def _switch_off(house: House) -> None:
    async with house.stall.ctx.begin() as tx:
        await tx.execute("UPDATE webhooks_endpoint SET is_on = true, off_why = ''")
        await alarm.switch_off(house.stall.ctx, tx, uuid.UUID(house.things["endpoint_id"]), "gone")
