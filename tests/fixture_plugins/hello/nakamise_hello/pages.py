"""Pages."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from nakamise.plugin import Ctx, anyone, requires, signed_in
from nakamise.web import page, read_form, see_other
from nakamise_hello import service
from nakamise_hello.service import NewGreeting


@get("/greetings", opt=anyone())
async def greetings(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.all_greetings(tx)
    return await page(ctx, "hello/greetings.html", greetings=found)


@post("/greetings", opt=anyone())
async def greet(ctx: Ctx, request: Request[Any, Any, Any]) -> Response[bytes]:
    form = await read_form(request, NewGreeting)
    async with ctx.begin() as tx:
        await service.greet(ctx, tx, form.valid().name)
    return see_other(ctx, "/hello/greetings")


@get("/mine", opt=signed_in())
async def mine(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.greetings_of(tx, ctx.require_user())
    return await page(ctx, "hello/mine.html", greetings=found)


@get("/greetings", opt=requires("hello.manage"))
async def manage(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.all_greetings(tx)
    return await page(ctx, "hello/manage.html", greetings=found)


route_handlers = [greetings, greet, mine]
admin_handlers = [manage]
