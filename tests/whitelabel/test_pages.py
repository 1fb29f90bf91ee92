"""Every address of the route table, for everybody, in both languages: nobody else's name is in any answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from tests.isolation.house import House
from tests.isolation.table import Route, fill
from tests.whitelabel.forbidden import Words
from tests.whitelabel.reading import read_answer
from tests.whitelabel.town import STAFF_NAME, Town, visit

pytestmark = pytest.mark.req("LC-0.1", "DF-22")

# They last for a minute: see test_live.
STREAMS: Final = ("/events", "/api/core/events")
# An administrator knows the partner of the contract, by the name that it chose: whom to ask for another plan, and
# who was in the shop, which the log must say. Nothing else of the agency's is allowed there either.
NAMES_ITS_AGENCY: Final = {
    "/admin/plan",
    "/api/core/plan",
    "/admin",
    "/api/core/dashboard",
    "/admin/audit",
    "/admin/audit/export.csv",
    "/api/core/audit",
    "/api/core/audit/export.csv",
}


async def crawled(
    town: Town, house: House, routes: list[Route], who: str, locale: str, words: Words
) -> tuple[list[str], int]:
    """(leaks, how many answers were a success)."""
    found = []
    answered = 0
    agency = "north" if house is town.places["left"] else "south"
    with_agency = words.allowing(await town.agency_of(agency, "name"))
    client, sessions = town.client(house.stall.tenant), await _sessions(house, who)
    for route in routes:
        if route.method != "GET" or route.path in STREAMS:
            continue
        client.cookies.clear()
        headers = {**sessions[route.is_api], "Accept-Language": locale}
        answer = await client.get(fill(route.path, house.things), headers=headers)
        answered += answer.is_success
        forbidden = with_agency if route.path in NAMES_ITS_AGENCY and who == "admin" else words
        found += forbidden.leaks(f"{route} as {who}, {locale} ({answer.status_code})", read_answer(answer))
    return found, answered


async def _sessions(house: House, who: str) -> dict[bool, Mapping[str, str]]:
    """For the API and for pages."""
    if who == "guest":
        return {True: {}, False: {}}
    return {is_api: await house.sign_in(who, is_api=is_api, has_mfa=True) for is_api in (True, False)}


# At least so many answers of each are no refusal: the crawl sees what it is there to see.
@pytest.mark.parametrize(
    ("who", "at_least", "locale"),
    [
        ("guest", 30, "ja"),
        ("buyer", 50, "en"),
        ("staff", 60, "ja"),
        ("admin", 110, "en"),
        pytest.param("guest", 30, "en", marks=pytest.mark.full),
        pytest.param("buyer", 50, "ja", marks=pytest.mark.full),
        pytest.param("staff", 60, "en", marks=pytest.mark.full),
        pytest.param("admin", 110, "ja", marks=pytest.mark.full),
    ],
)
async def test_a_shop(town: Town, town_routes: list[Route], who: str, at_least: int, locale: str) -> None:
    words = await town.words_for("left")
    leaks, answered = await crawled(town, town.places["left"], town_routes, who, locale, words)
    assert not leaks, "\n".join(leaks)
    assert answered >= at_least


async def test_the_other_shop(town: Town, town_routes: list[Route]) -> None:
    words = await town.words_for("right")
    leaks, _ = await crawled(town, town.places["right"], town_routes, "admin", "ja", words)
    assert not leaks, "\n".join(leaks)


async def test_a_plugin_that_is_refused(town: Town) -> None:
    """The installation has one whose fault names our packages; its card is there and does not."""
    left = town.places["left"]
    session = await left.sign_in("admin", is_api=False, has_mfa=True)
    answer = await town.client(left.stall.tenant).get("/admin/plugins", headers=dict(session))
    assert "<h3>broken</h3>" in answer.text
    leaks = (await town.words_for("left")).leaks("GET /admin/plugins", read_answer(answer))
    assert not leaks, "\n".join(leaks)


async def test_the_console_of_an_agency(town: Town, town_routes: list[Route]) -> None:
    """Its own shops are named there; other agencies, their shops and the platform are not."""
    words = await town.words_for("north", "left")
    leaks, answered = await crawled(town, town.places["north"], town_routes, "admin", "en", words)
    assert not leaks, "\n".join(leaks)
    assert answered >= 60


@pytest.mark.parametrize("office", ["north", "operator"])
async def test_a_visit(town: Town, office: str) -> None:
    """Staff of the agency, or of the platform, acts for a shop: only the shop's own agency says its name."""
    left = town.places["left"]
    words = (await town.words_for("left")).allowing(await town.agency_of("north", "name"))
    client = await visit(town, office, left)
    leaks = []
    for path in ("/", "/account", "/admin", "/admin/audit"):
        answer = await client.get(path)
        assert STAFF_NAME in answer.text
        leaks += words.leaks(f"GET {path} in a visit", read_answer(answer))
    assert not leaks, "\n".join(leaks)
