"""Negative controls through the whole stack: a leaky plugin's routes and its mail, heard by the same crawler."""

from __future__ import annotations

from typing import Any, Final, cast

import httpx
import pytest
from litestar import Litestar, Response, get
from litestar.datastructures import Cookie
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from nakamise.errors import Conflict
from nakamise.plugin import Ctx
from nakamise.plugin.access import anyone
from nakamise.routing.access import guard
from nakamise.routing.asgi import App
from nakamise.routing.context import provide_ctx
from nakamise.routing.errors import HANDLERS
from nakamise.routing.gate import Gate
from tests.whitelabel.reading import read_answer, read_mail
from tests.whitelabel.test_mails import content_of
from tests.whitelabel.town import Town

LEAKS: Final = {
    "/body": "body: our product's name",
    "/header": "header x-powered-by: our product's name",
    "/cookie": "header set-cookie: our product's name",
    "/neighbour": "body: right's",
    "/partner": "body: north's",
    "/api/refused": "body: our product's name",
}


def leaky(town: Town) -> list[HTTPRouteHandler]:
    """As a careless author might write them."""

    @get("/body", opt=anyone())
    async def body() -> str:
        return "<!-- rendered by nakamise_shop.catalog -->"

    @get("/header", opt=anyone())
    async def header() -> Response[str]:
        return Response("", headers={"X-Powered-By": "Nakamise"})

    @get("/cookie", opt=anyone())
    async def cookie() -> Response[str]:
        return Response("", cookies=[Cookie("nakamise_cart", "1")])

    @get("/neighbour", opt=anyone())
    async def neighbour(ctx: Ctx) -> str:
        right = town.places["right"].schema
        async with ctx.runtime.db.tenant(right, read_only=True) as tx:
            return str(await tx.value("SELECT name FROM shop_product LIMIT 1"))

    @get("/partner", opt=anyone())
    async def partner(ctx: Ctx) -> str:
        async with ctx.runtime.db.control(read_only=True) as tx:
            query = "SELECT a.slug FROM nakamise.agency a JOIN nakamise.tenant t ON t.agency_id = a.id WHERE t.id = $1"
            return str(await tx.value(query, ctx.tenant.id))

    @get("/api/refused", opt=anyone())
    async def refused() -> str:
        raise Conflict("Nakamise cannot do this.")

    return [body, header, cookie, neighbour, partner, refused]


@pytest.mark.parametrize("path", LEAKS)
async def test_a_route(town: Town, path: str) -> None:
    left = town.places["left"]
    inner = Litestar(
        leaky(town),
        dependencies={"ctx": Provide(provide_ctx, sync_to_thread=False)},
        guards=[guard],
        exception_handlers=HANDLERS,
        openapi_config=None,
    )
    transport = httpx.ASGITransport(app=cast("Any", Gate(cast("App", inner), town.runtime)))
    base_url = town.runtime.directory.base_url(left.stall.tenant)
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        answer = await client.get(path)
    leaks = (await town.words_for("left")).leaks(path, read_answer(answer))
    assert any(LEAKS[path] in leak for leak in leaks), answer.text


async def test_a_mail(town: Town) -> None:
    """Its subject and bodies are encoded on the way. The site is one whose mails nobody else reads."""
    tenant = await town.make()
    ctx = town.ctx(tenant)
    async with ctx.begin() as tx:
        await ctx.send_mail(
            tx,
            "mail/notice",
            "leak@buyer.example",
            subject="仲見世より",
            paragraphs=["ナカミセ"],
            facts=[],
            action={"label": "見る", "path": "/"},
        )
    await town.drain(tenant)
    [envelope] = [one for one in town.inbox.taken if one.rcpt_tos == ["leak@buyer.example"]]
    leaks = (await town.words_for()).leaks("mail", read_mail(content_of(envelope)))
    places = ("mail header Subject", "mail text/plain", "mail text/html")
    assert all(any(place in leak for leak in leaks) for place in places), leaks
