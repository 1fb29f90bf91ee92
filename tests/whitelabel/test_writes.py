"""Every route that writes, with everything that the API document says it takes: what it answers, and what is left.

It turns a shop inside out: the right one, whose names are all that other tests need of it by then.
"""

from __future__ import annotations

import pytest

from tests.isolation.swaps import Api
from tests.isolation.table import Route, fill
from tests.whitelabel.reading import read_answer
from tests.whitelabel.town import Town

pytestmark = pytest.mark.req("LC-0.1", "DF-22")


async def test_answers_to_writing(town: Town, town_routes: list[Route]) -> None:
    right = town.places["right"]
    words = (await town.words_for("right")).allowing(await town.agency_of("south", "name"))
    client = town.client(right.stall.tenant)
    document = await client.get("/api/openapi.json", headers=await right.sign_in("admin", is_api=True))
    api = Api(document.json())
    leaks = []
    statuses = set()
    for route in sorted(town_routes, key=lambda one: one.method == "DELETE"):
        if route.method == "GET":
            continue
        who = "admin" if route.access.permission else "buyer"
        session = await right.sign_in(who, is_api=route.is_api, has_mfa=True)
        body = api.body(route, right.things)
        client.cookies.clear()
        answer = await client.request(
            route.method,
            fill(route.path, right.things),
            headers=dict(session),
            **({} if body is None else {"json": body}),
        )
        statuses.add(answer.status_code)
        leaks += words.leaks(f"{route} as {who} ({answer.status_code})", read_answer(answer))
    assert not leaks, "\n".join(leaks)
    # Taken, made, gone on, refused: all kinds of answers were read.
    assert {200, 201, 204, 303, 404, 409, 422} <= statuses
