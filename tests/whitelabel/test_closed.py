"""What answers when something is wrong or shut: no error, and no closed door, says who built it."""

from __future__ import annotations

from typing import Any, Final, cast

import httpx
import msgspec
import pytest
from litestar import Litestar, get
from litestar.di import Provide

from nakamise.admin.site import service
from nakamise.plugin import Ctx
from nakamise.plugin.access import anyone
from nakamise.plugin.context import Tenant
from nakamise.routing.access import guard
from nakamise.routing.asgi import App
from nakamise.routing.context import provide_ctx
from nakamise.routing.errors import HANDLERS
from nakamise.routing.gate import Gate
from nakamise.testing.asgi import connect
from tests.whitelabel.reading import read_answer
from tests.whitelabel.town import Town

pytestmark = pytest.mark.req("LC-0.1", "DF-22")

PATHS: Final = ("/", "/login", "/admin", "/shop/products", "/nothing", "/api/openapi.json", "/api/account")
LOCALES: Final = ("ja", "en")
_JSON: Final = {"Content-Type": "application/json"}
Request = tuple[str, str, dict[str, Any]]
ERRORS: Final[dict[str, tuple[int, Request]]] = {
    "400 API": (400, ("POST", "/api/auth/login", {"content": b"{", "headers": _JSON})),
    "404 page": (404, ("GET", "/nothing/here", {})),
    "404 API": (404, ("GET", "/api/nothing", {})),
    "405 page": (405, ("DELETE", "/login", {})),
    "405 API": (405, ("PUT", "/api/auth/login", {})),
    "403 from another site": (403, ("POST", "/login", {"headers": {"Origin": "https://evil.example"}})),
    "401 API": (401, ("GET", "/api/account", {})),
    "422 API": (422, ("POST", "/api/auth/login", {"json": {"email": 1}})),
    "422 page": (422, ("POST", "/register", {"data": {"email": "no address"}})),
    "413": (413, ("POST", "/api/auth/login", {"content": b"x" * 10_600_000})),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ERRORS)
async def test_errors(town: Town, name: str, locale: str) -> None:
    left = town.places["left"]
    status, (method, path, more) = ERRORS[name]
    headers = {"Accept-Language": locale, **more.get("headers", {})}
    answer = await town.client(left.stall.tenant).request(method, path, **{**more, "headers": headers})
    assert answer.status_code == status, answer.text
    leaks = (await town.words_for("left")).leaks(f"{name}, {locale}", read_answer(answer))
    assert not leaks, "\n".join(leaks)


TRIES: Final = 30


@pytest.mark.parametrize(("path", "kind"), [("/login", "data"), ("/api/auth/login", "json")])
async def test_too_many_tries(town: Town, path: str, kind: str) -> None:
    client = town.client(town.places["left"].stall.tenant)
    sent: dict[str, Any] = {kind: {"email": "guess@example.com", "password": "wrong password"}}
    answers = [await client.post(path, **sent) for _ in range(TRIES)]
    refused = [answer for answer in answers if answer.status_code == httpx.codes.TOO_MANY_REQUESTS]
    assert refused
    leaks = (await town.words_for("left")).leaks(f"429 of {path}", read_answer(refused[0]))
    assert not leaks, "\n".join(leaks)


@pytest.mark.parametrize("path", ["/crash", "/api/crash"])
async def test_a_crash(town: Town, path: str) -> None:
    """Its text names our modules and the operator's machine; the answer does not."""
    left = town.places["left"]

    @get(path, opt=anyone())
    async def crash(ctx: Ctx) -> str:
        raise RuntimeError(f"nakamise_shop at {ctx.runtime.settings.data_dir}")

    inner = Litestar(
        [crash],
        dependencies={"ctx": Provide(provide_ctx, sync_to_thread=False)},
        guards=[guard],
        exception_handlers=HANDLERS,
        openapi_config=None,
    )
    gate = Gate(cast("App", inner), town.runtime)
    transport = httpx.ASGITransport(app=cast("Any", gate), raise_app_exceptions=False)
    base_url = town.runtime.directory.base_url(left.stall.tenant)
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        answer = await client.get(path)
    assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    leaks = (await town.words_for("left")).leaks(f"500 of {path}", read_answer(answer))
    assert not leaks, "\n".join(leaks)


@pytest.mark.parametrize("headers", [{"Host": "unknown.localhost"}, {"Host": "a b"}, {"Host": ""}])
async def test_hosts_that_are_nobodys(town: Town, headers: dict[str, str]) -> None:
    words = await town.words_for()
    leaks = []
    for path in PATHS:
        answer = await town.client(town.places["left"].stall.tenant).get(path, headers=headers)
        assert answer.status_code in (400, 421)
        leaks += words.leaks(f"{path} of {headers}", read_answer(answer))
    assert not leaks, "\n".join(leaks)


async def test_a_refused_socket(town: Town) -> None:
    words = await town.words_for("left")
    answer = await connect(town.app, town.places["left"].stall.tenant, "/nothing")
    leaks = words.leaks("WebSocket /nothing", [("messages", repr(answer))])
    assert not leaks, "\n".join(leaks)


async def in_maintenance(town: Town, tenant: Tenant) -> None:
    ctx = town.ctx(tenant)
    site, version = service.read(ctx)
    await service.save(ctx, {**msgspec.to_builtins(site), "maintenance": True}, version)


async def suspended(town: Town, tenant: Tenant) -> None:
    await town.plane("north").suspend(tenant.id, "料金の確認のため")


async def deleting(town: Town, tenant: Tenant) -> None:
    await town.plane("north").request_delete(tenant.id, confirm_slug=tenant.slug, reason="解約")


async def with_plugins_off(town: Town, tenant: Tenant) -> None:
    """As it was made."""


@pytest.mark.parametrize(
    ("shut", "status"), [(in_maintenance, 503), (suspended, 503), (deleting, 421), (with_plugins_off, 200)]
)
async def test_closed_sites(town: Town, shut: Any, status: int) -> None:
    tenant = await town.make()
    await town.owner.execute(
        "UPDATE nakamise.tenant SET agency_id = $1 WHERE id = $2",
        *(await town.agency_of("north", "id"), tenant.id),
    )
    await town.runtime.directory.refresh()
    await shut(town, tenant)
    await town.runtime.directory.refresh()
    words = await town.words_for()
    client = town.client(tenant)
    leaks = []
    for path in PATHS:
        for locale in LOCALES:
            answer = await client.get(path, headers={"Accept-Language": locale})
            leaks += words.leaks(f"GET {path}, {locale} of a site {shut.__name__}", read_answer(answer))
            assert path != "/" or answer.status_code == status
    assert not leaks, "\n".join(leaks)
