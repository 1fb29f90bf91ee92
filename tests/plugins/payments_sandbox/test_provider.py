"""The sandbox keeps what it promises: one key is one charge, a cancelled key never charges."""

from __future__ import annotations

import asyncio
import re
import uuid
from pathlib import Path

import pytest

import nakamise_payments_sandbox
from nakamise.contracts.payments import ChargeRequest, ChargeState
from nakamise.money import Money
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise_payments_sandbox.cards import CARDS
from nakamise_payments_sandbox.provider import KeyReused, SandboxProvider


@pytest.fixture
async def provider(make_tenant: MakeTenant, ctx_for: CtxFor) -> SandboxProvider:
    return SandboxProvider(ctx_for(await make_tenant(plugins=("payments_sandbox",))))


def request(key: uuid.UUID, token: str = "tok_success", amount: int = 500) -> ChargeRequest:
    return ChargeRequest(key, Money(amount, "JPY"), token, "test", "/back")


async def test_the_same_key_is_the_same_charge(provider: SandboxProvider) -> None:
    key = uuid.uuid4()
    answers = await asyncio.gather(*(provider.charge(request(key)) for _ in range(8)))
    assert {answer.reference for answer in answers} == {answers[0].reference}
    assert await provider.find(key) == answers[0]


async def test_the_same_key_with_another_request_is_refused(provider: SandboxProvider) -> None:
    key = uuid.uuid4()
    await provider.charge(request(key))
    with pytest.raises(KeyReused):
        await provider.charge(request(key, amount=501))


async def test_a_key_that_was_cancelled_before_it_arrived_never_charges(provider: SandboxProvider) -> None:
    key = uuid.uuid4()
    assert await provider.find(key) is None
    assert (await provider.cancel(key, Money(500, "JPY"))).state is ChargeState.CANCELED
    assert (await provider.charge(request(key))).state is ChargeState.CANCELED


async def test_what_succeeded_is_not_cancelled(provider: SandboxProvider) -> None:
    key = uuid.uuid4()
    await provider.charge(request(key))
    assert (await provider.cancel(key, Money(500, "JPY"))).state is ChargeState.SUCCEEDED


async def test_refunds_never_exceed_the_charge(provider: SandboxProvider) -> None:
    charge = uuid.uuid4()
    await provider.charge(request(charge))
    keys = [uuid.uuid4() for _ in range(6)]
    answers = await asyncio.gather(*(provider.refund(key, charge, Money(200, "JPY")) for key in keys))
    assert [answer.state for answer in answers].count(ChargeState.SUCCEEDED) == 2


def test_the_form_offers_exactly_the_test_cards() -> None:
    folder = Path(str(nakamise_payments_sandbox.__file__)).parent
    form = (folder / "templates/payments_sandbox/form.html").read_text()
    offered = re.findall(r'\("(tok_\w+)", "([\d ]+)", _\("(.+?)"\)\)', form)
    assert offered == [(card.token, card.grouped, card.label) for card in CARDS]


def test_the_card_fields_have_no_name_so_that_they_are_never_sent_to_the_shop() -> None:
    folder = Path(str(nakamise_payments_sandbox.__file__)).parent
    form = (folder / "templates/payments_sandbox/form.html").read_text()
    fields = re.findall(r"<input[^>]*data-card=[^>]*>", form)
    assert len(fields) == 3
    assert not any(" name=" in field for field in fields)
