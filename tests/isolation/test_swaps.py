"""A2: whatever id stands in a request, somebody else's is met exactly like one that never was."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

import asyncpg
import httpx
import pytest

from nakamise.testing.fixtures import ClientFor
from tests.isolation.asking import snapshot
from tests.isolation.conftest import Houses
from tests.isolation.graves import bury
from tests.isolation.house import House
from tests.isolation.swaps import FORM, Api, Slot, path_slots, put
from tests.isolation.table import Route, fill

# As at a real bank: whoever is signed in and has the link is asked.
_OPEN_TO_HOLDERS: Final = frozenset({"reference", "token", "host", "mail_id", "key"})
# These are everybody's to see; to run them is their host's, in the studio.
_FOR_EVERYBODY: Final = frozenset({"broadcast_id", "broadcaster_id", "comment_id"})
# Of the studio, what moderators run too: whoever sees the broadcast is told that it is theirs (403).
_FOR_MODERATORS: Final = ("/pin", "/products", "/run-sheet", "/run-sheet/next")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.req("LC-0.14", "LC-0.2")
async def test_somebody_elses_id_is_like_a_random_one(
    houses: Houses, routes: list[Route], clients: ClientFor, owner: asyncpg.Connection
) -> None:
    home, away = houses["left"], houses["right"]
    client = clients(home.stall.tenant)
    document = await client.get("/api/openapi.json", headers=await home.sign_in("admin", is_api=True))
    api = Api(document.json())
    gone = await bury(home, client)
    slots = [slot for route in routes for slot in (*path_slots(route), *api.slots(route))]
    before = await snapshot(owner, home.id, away.id, home.site_id, away.site_id)
    faults, cases, missing = [], 0, 0
    for slot in slots:
        random = _random(home.things.get(slot.key, ""))
        expected = await _ask(client, api, slot, home, random)
        missing += expected.status_code == httpx.codes.NOT_FOUND
        is_taken = expected.is_success and slot.route.method != "GET" and not _is_refused_in_list(expected)
        if is_taken and not slot.route.takes_anything:
            faults.append(f"{slot}: took a random id")
        for kind, value in _others(slot, home, away, gone).items():
            answer = await _ask(client, api, slot, home, value)
            cases += 1
            if _told(answer, value) != _told(expected, random):
                faults.append(f"{slot} {kind}: {answer.status_code}, random {expected.status_code}")
            if answer.status_code >= 500:
                faults.append(f"{slot} {kind}: {answer.status_code}")
    assert not faults, "\n".join(faults)
    after = await snapshot(owner, home.id, away.id, home.site_id, away.site_id)
    # Whoever takes a list of people away is noted in the audit log, found or not.
    changed = [name for name in before if after[name] != before[name] and "core_audit" not in name]
    assert not changed, "\n".join(changed)
    assert missing >= 0.73 * len(slots)
    assert cases >= 350, cases


def _others(slot: Slot, home: House, away: House, gone: Mapping[str, str]) -> dict[str, str]:
    key = slot.at[0] if slot.where == "path" and slot.at[0] in away.things else slot.key
    found = {"other tenant": away.things[str(key)]}
    if slot.key in gone:
        found["deleted"] = gone[slot.key]
    is_own = not slot.route.access.public and slot.route.access.permission is None
    is_shown = slot.key in _FOR_EVERYBODY and (
        "/studio/" not in slot.route.path or slot.route.path.endswith(_FOR_MODERATORS)
    )
    if is_own and slot.where == "path" and slot.key not in _OPEN_TO_HOLDERS and not is_shown:
        found["other user"] = home.things[str(key)]
    return found


def _is_refused_in_list(answer: httpx.Response) -> bool:
    """What is done for many at once tells of each whether it was done: of the one that was sent, not."""
    is_many = answer.request.url.path.startswith("/api/shop/staff/orders/bulk/")
    return is_many and [(one["done"], one["code"]) for one in answer.json()] == [(False, "not_found")]


def _random(like: str) -> str:
    return str(uuid.uuid4()) if _UUID.fullmatch(like) else f"zz{uuid.uuid4().hex[:10]}"


async def _ask(client: httpx.AsyncClient, api: Api, slot: Slot, home: House, value: str) -> httpx.Response:
    """As somebody who may do it, but to whom nothing belongs that has an owner."""
    route = slot.route
    things = dict(home.things)
    if slot.where == "path":
        things |= {slot.key: value, str(slot.at[0]): value}
    query = api.required_query(route, things)
    body = api.body(route, things)
    if slot.where == "query":
        query[str(slot.at[0])] = value
    elif slot.where == "body":
        body = put(body, slot.at, value)
    person = "admin" if route.access.permission else "neighbour"
    headers = await home.sign_in(person, is_api=route.is_api, has_mfa=True)
    client.cookies.clear()
    sent: dict[str, Any] = {} if body is None else {"json": body}
    if route.method == "POST" and not route.is_api:
        sent = {"data": FORM}
    return await client.request(
        route.method, fill(route.path, things), params=query, headers=dict(headers), **sent
    )


def _told(answer: httpx.Response, value: str) -> object:
    """What an answer tells, without the id that was sent."""
    if not answer.request.url.path.startswith("/api/"):
        return answer.status_code, answer.headers.get("location", "").replace(value, "ID")
    told = answer.text.replace(value, "ID")
    return answer.status_code, re.sub(r'"(?:error_id|instance)":"[^"]*"', "", told)
