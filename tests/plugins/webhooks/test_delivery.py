"""Events reach the addresses that a tenant named, signed; what fails is tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from nakamise.plugin import Tenant
from nakamise.runtime import Runtime
from nakamise.testing.clock import SteeredClock
from nakamise.testing.fixtures import Drain
from nakamise.testing.people import Person
from tests.plugins.webhooks.conftest import Add
from tests.plugins.webhooks.receiver import Got, Receiver, reply

Place = Callable[[], Awaitable[None]]


def is_signed(got: Got, secret: str, *, nth: int = 0) -> bool:
    """Checked the way a receiver does, from the specification's text."""
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return got.headers["webhook-signature"].split(" ")[nth] == wanted


async def make_due(runtime: Runtime, tenant: Tenant) -> None:
    """Waiting retries are due now."""
    async with runtime.db.control() as tx:
        await tx.execute(
            "UPDATE job SET run_at = now() WHERE tenant_id = $1 AND name = 'webhooks.deliver'", tenant.id
        )


async def log(person: Person, **query: str) -> list[dict[str, object]]:
    answer = await person.client.get("/api/webhooks/deliveries", params=query)
    found: list[dict[str, object]] = answer.json()["items"]
    return found


async def on(person: Person, made: dict[str, Any]) -> object:
    """Asked of the database: sessions end when the clock goes on for days."""
    async with person.ctx.read() as tx:
        sql = "SELECT is_on FROM webhooks_endpoint WHERE id::text = $1"
        return await tx.value(sql, made["endpoint"]["id"])


async def test_an_event_arrives_signed(
    add: Add, place: Place, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person
) -> None:
    made = await add()
    await place()
    await drain(shop)
    (got,) = receiver.got
    assert got.line == "POST /hooks HTTP/1.1"
    assert got.headers["host"] == receiver.place
    assert is_signed(got, made["secret"])
    body = json.loads(got.body)
    assert body["type"] == "shop.order_placed.1"
    assert body["version"] == 1
    assert set(body) == {"type", "version", "timestamp", "data"}
    assert "nakamise" not in str(got.headers).lower() + got.body.decode().lower()
    (row,) = await log(admin)
    assert (row["state"], row["last_status"], row["tries"]) == ("delivered", 200, 1)


async def test_only_chosen_topics_and_endpoints_that_are_on(
    add: Add, place: Place, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person
) -> None:
    await add(topics=["shop.order_paid.1"])
    off = await add()
    await admin.client.post(f"/api/webhooks/endpoints/{off['endpoint']['id']}/off")
    chosen = await add(topics=["shop.order_placed.1"])
    await place()
    await drain(shop)
    assert [row["endpoint_id"] for row in await log(admin)] == [chosen["endpoint"]["id"]]
    assert len(receiver.got) == 1


async def test_after_a_rotation_both_secrets_sign_for_a_day(
    add: Add, place: Place, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person, clock: SteeredClock
) -> None:
    made = await add()
    path = f"/api/webhooks/endpoints/{made['endpoint']['id']}/rotate"
    rotated = (await admin.client.post(path)).json()
    await place()
    await drain(shop)
    assert is_signed(receiver.got[0], rotated["secret"])
    assert is_signed(receiver.got[0], made["secret"], nth=1)
    clock.advance(timedelta(hours=25))
    await place()
    await drain(shop)
    assert is_signed(receiver.got[1], rotated["secret"])
    assert " " not in receiver.got[1].headers["webhook-signature"]


async def test_a_failure_is_tried_again_with_the_same_id(
    add: Add, place: Place, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person, runtime: Runtime
) -> None:
    await add()
    receiver.replies = [reply(500), reply(503)]
    await place()
    await drain(shop)
    (row,) = await log(admin, state="waiting")
    assert (row["last_status"], row["tries"]) == (500, 1)
    for _ in range(2):
        await make_due(runtime, shop)
        await drain(shop)
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len(receiver.got) == 3
    (row,) = await log(admin, state="delivered")
    detail = (await admin.client.get(f"/api/webhooks/deliveries/{row['id']}")).json()
    assert [one["status"] for one in detail["attempts"]] == [200, 503, 500]
    assert detail["attempts"][0]["answer_body"] == "ok"


async def test_retries_end_and_can_be_replayed(
    add: Add, place: Place, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person, runtime: Runtime
) -> None:
    made = await add()
    receiver.cut = True
    await place()
    for _ in range(15):
        await drain(shop)
        await make_due(runtime, shop)
    (row,) = await log(admin, state="dead")
    assert (row["tries"], row["last_error"], len(receiver.got)) == (13, "protocol", 13)
    receiver.cut = False
    path = f"/api/webhooks/endpoints/{made['endpoint']['id']}/replay"
    assert (await admin.client.post(path, json={"since": "2030-01-01T00:00:00Z"})).json() == {"count": 0}
    answer = await admin.client.post(path, json={"since": "2020-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()) == (202, {"count": 1})
    await drain(shop)
    assert (await log(admin))[0]["state"] == "delivered"
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1


async def test_one_is_replayed_though_it_was_delivered(
    add: Add, place: Place, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person
) -> None:
    await add()
    await place()
    await drain(shop)
    (row,) = await log(admin)
    answer = await admin.client.post(f"/api/webhooks/deliveries/{row['id']}/replay")
    assert answer.status_code == 202
    await drain(shop)
    assert len(receiver.got) == 2
    assert receiver.got[0].body == receiver.got[1].body


async def test_410_switches_off_and_tells_the_admins(
    add: Add, place: Place, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person
) -> None:
    made = await add()
    receiver.replies = [reply(410)]
    await place()
    await drain(shop, allow_failures=True)
    found = (await admin.client.get(f"/api/webhooks/endpoints/{made['endpoint']['id']}")).json()
    assert (found["is_on"], found["off_why"], found["dead"]) == (False, "gone", 1)
    async with admin.ctx.read() as tx:
        subjects = await tx.values("SELECT subject FROM core_mail WHERE recipient = $1", admin.email)
    assert subjects == ["Webhookを停止しました"]
    (row,) = await log(admin)
    refused = await admin.client.post(f"/api/webhooks/deliveries/{row['id']}/replay")
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_off")


async def test_days_of_failures_switch_off_once(
    add: Add,
    place: Place,
    shop: Tenant,
    receiver: Receiver,
    drain: Drain,
    admin: Person,
    clock: SteeredClock,
) -> None:
    made = await add()
    receiver.replies = [reply(500)] * 3
    for is_on in (True, True, False):
        await place()
        await drain(shop, allow_failures=True)
        assert await on(admin, made) is is_on
        clock.advance(timedelta(days=2, hours=13))
    async with admin.ctx.read() as tx:
        assert await tx.value("SELECT count(*) FROM core_mail WHERE recipient = $1", admin.email) == 1


async def test_a_success_ends_the_count_of_days(
    add: Add, place: Place, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person, clock: SteeredClock
) -> None:
    made = await add()
    receiver.replies = [reply(500), reply(200), reply(500)]
    for _ in range(3):
        await place()
        await drain(shop)
        clock.advance(timedelta(days=4))
    assert await on(admin, made)


async def test_switching_off_stops_what_waits(
    add: Add, place: Place, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person, runtime: Runtime
) -> None:
    made = await add()
    receiver.replies = [reply(500)]
    await place()
    await drain(shop)
    await admin.client.post(f"/api/webhooks/endpoints/{made['endpoint']['id']}/off")
    await make_due(runtime, shop)
    await drain(shop)
    (row,) = await log(admin)
    assert (row["state"], row["last_error"], len(receiver.got)) == ("dead", "endpoint_off", 1)


@pytest.mark.parametrize(
    ("status", "headers", "least_s", "most_s"),
    [
        (500, [], 60, 66),
        (429, ["retry-after: 3600"], 3600, 3600),
        (503, ["retry-after: 99999999999"], 86_400, 86_400),
        (429, ["retry-after: soon"], 60, 66),
        (302, ["location: http://169.254.169.254/latest/meta-data/"], 60, 66),
    ],
)
async def test_the_wait_is_as_long_as_the_receiver_asks(
    add: Add,
    place: Place,
    shop: Tenant,
    receiver: Receiver,
    drain: Drain,
    admin: Person,
    status: int,
    headers: list[str],
    least_s: int,
    most_s: int,
) -> None:
    await add()
    receiver.replies = [reply(status, *headers)]
    await place()
    await drain(shop)
    async with admin.ctx.read() as tx:
        waited = await tx.value(
            "SELECT extract(epoch FROM d.next_at - a.at)::float8 FROM webhooks_delivery d"
            " JOIN webhooks_attempt a ON a.delivery_id = d.id"
        )
    assert least_s <= waited <= most_s
    assert len(receiver.got) == 1


async def test_a_test_event_is_sent(
    add: Add, shop: Tenant, receiver: Receiver, drain: Drain, admin: Person
) -> None:
    made = await add(topics=["shop.order_paid.1"])
    answer = await admin.client.post(f"/api/webhooks/endpoints/{made['endpoint']['id']}/test")
    assert answer.status_code == 202
    await drain(shop)
    assert json.loads(receiver.got[0].body)["type"] == "webhooks.test.1"
