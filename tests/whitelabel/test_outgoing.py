"""What others' servers see of a shop: webhooks, calls to a provider of identities, names in the DNS."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from nakamise.contracts.orders import OrderPlaced
from nakamise.egress import Egress
from nakamise.testing.conformance.samples import sample
from tests.plugins.webhooks.receiver import Receiver, receiving, reply
from tests.whitelabel.reading import Texts, read_answer, read_file
from tests.whitelabel.town import Town

pytestmark = pytest.mark.req("LC-0.1")


@pytest.fixture
async def receiver(town: Town) -> AsyncIterator[Receiver]:
    """Its place, and no other, may be called."""
    async with receiving() as server:
        before = town.runtime.egress
        town.runtime.egress = Egress(https_only=False, allow=[server.place])
        yield server
        town.runtime.egress = before


def heard(receiver: Receiver) -> Texts:
    """Request lines, headers' names and values, bodies."""
    for got in receiver.got:
        yield "request line", got.line
        for name, value in got.headers.items():
            yield f"header {name}", f"{name}: {value}"
        yield from read_file("body", got.body, got.headers.get("content-type", ""))


async def test_webhooks(town: Town, receiver: Receiver) -> None:
    left = town.places["left"]
    client = town.client(left.stall.tenant)
    client.headers.update(await left.sign_in("admin", is_api=True, has_mfa=True))
    made = await client.post("/api/webhooks/endpoints", json={"url": receiver.url})
    assert made.status_code == httpx.codes.CREATED, made.text
    event = sample(OrderPlaced)
    assert isinstance(event, OrderPlaced)
    async with left.stall.ctx.begin() as tx:
        await left.stall.ctx.publish(tx, event)
    await town.drain(left.stall.tenant)
    assert {"webhook-id", "webhook-signature", "user-agent"} <= set(receiver.got[0].headers)
    words = await town.words_for("left")
    leaks = words.leaks("answer with the secret", read_answer(made)) + words.leaks("webhook", heard(receiver))
    assert not leaks, "\n".join(leaks)


async def test_a_provider_of_identities(town: Town, receiver: Receiver) -> None:
    """The calls to it, and where a visitor is sent, with everything that the address says of us."""
    left = town.places["left"]
    issuer = f"http://{receiver.place}"
    document = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }
    receiver.replies = [reply(200, "content-type: application/json", body=json.dumps(document).encode())] * 4
    url = f"{issuer}/.well-known/openid-configuration"
    async with left.stall.ctx.begin() as tx:
        await tx.execute("UPDATE sso_provider SET discovery_url = $1, is_on = true", url)
    answer = await town.client(left.stall.tenant).get(f"/sso/login/{left.things['provider_id']}")
    async with left.stall.ctx.begin() as tx:
        await tx.execute("UPDATE sso_provider SET is_on = false")
    assert answer.headers["location"].startswith(f"{issuer}/authorize")
    words = await town.words_for("left")
    leaks = words.leaks("call to the provider", heard(receiver))
    leaks += words.leaks("way to the provider", read_answer(answer))
    assert receiver.got
    assert not leaks, "\n".join(leaks)


async def test_names_in_the_dns(town: Town) -> None:
    """Everybody can read them."""
    left = town.places["left"]
    claims = [one for one in await town.plane("north").hosts(left.id) if one.txt_name]
    assert claims
    words = await town.words_for("left")
    leaks = []
    for claim in claims:
        leaks += words.leaks("TXT record", [("name", claim.txt_name), ("value", claim.txt_value)])
    assert not leaks, "\n".join(leaks)
