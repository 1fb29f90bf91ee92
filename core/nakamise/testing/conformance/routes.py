"""Checks of what the plugin answers: when it is off, to another tenant, to those who may not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import httpx
from litestar.handlers import WebsocketRouteHandler

from nakamise.plugin.access import OPT_KEY, Access
from nakamise.plugin.context import Tenant
from nakamise.plugin.slots import Slot
from nakamise.testing.asgi import ask, connect, plain
from nakamise.testing.conformance.bench import Bench, House
from nakamise.testing.conformance.check import Tier, check

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SAMPLES: Final = {"uuid": "00000000-0000-7000-8000-000000000001", "int": "1", "path": "a/b"}
_PARAMETER: Final = re.compile(r"\{(?P<name>\w+)(?::(?P<type>\w+))?\}")
_FAILED: Final = 500  # 503 is said on purpose: a service that this tenant does not have


def filled(path: str, known: Mapping[str, Any] | None = None) -> str:
    """``path`` with a value for each parameter: what is known of it, or one of its type."""

    def value(match: re.Match[str]) -> str:
        found = (known or {}).get(match["name"])
        return str(found) if found is not None else _SAMPLES.get(match["type"] or "", "x")

    return _PARAMETER.sub(value, path)


def known_in(bench: Bench, house: House) -> dict[str, Any]:
    """Path parameters of the plugin's routes → what stands for them in ``house``."""
    names = {match["name"] for path, _ in bench.routes() for match in _PARAMETER.finditer(path)}
    return {name: house.rows.value(name, bench.plugin_id) for name in names}


@check(
    5,
    "off",
    title="Off is missing: byte for byte, on every route and method, and no trace elsewhere",
    why="Who asks must not learn what a tenant could switch on.",
    mend="Leave the prefix to the host: no absolute paths, no middleware that answers, nothing registered by hand"
    " when the module is imported.",
)
async def off(bench: Bench) -> Iterable[str]:
    bare = await bench.bare()
    faults = []
    for path, handler in bench.routes():
        sample = filled(path)
        if isinstance(handler, WebsocketRouteHandler):
            faults += await _socket_differs(bench, bare, sample)
        else:
            faults += await _answers_differ(bench, bare, sample)
    return [*dict.fromkeys(faults), *_traces(bench, bare), *await _in_openapi(bench, bare)]


def _nobody(path: str, plugin_id: str) -> str:
    """The same path under a name of the same length that nobody has."""
    return re.sub(
        rf"^(/(?:api/|admin/)?){plugin_id}(?=/|$)", lambda match: match[1] + "z" * len(plugin_id), path
    )


async def _answers_differ(bench: Bench, bare: Tenant, path: str) -> list[str]:
    other = _nobody(path, bench.plugin_id)
    faults = []
    for method in METHODS:
        here, gone = await ask(bench.app, bare, method, path), await ask(bench.app, bare, method, other)
        if plain(here, other, path) != plain(gone, other, path):
            faults.append(f"{method} {path} answers unlike a missing page")
    return faults


async def _socket_differs(bench: Bench, bare: Tenant, path: str) -> list[str]:
    other = _nobody(path, bench.plugin_id)
    here, gone = await connect(bench.app, bare, path), await connect(bench.app, bare, other)
    return [] if plain(here, other, path) == plain(gone, other, path) else [f"WebSocket {path} answers"]


def _traces(bench: Bench, bare: Tenant) -> Iterator[str]:
    host, on = bench.runtime.host, bare.plugins
    lineup = host.lineup(on)
    for hook in bench.plugin.steps:
        if bench.plugin_id in lineup.implementers(hook):
            yield f"the hook {hook} is asked"
    for listener in bench.plugin.listeners:
        if listener in host.listeners(listener.topic, on):
            yield f"it hears {listener.topic}"
    for task in bench.plugin.tasks:
        if task in host.tasks(on):
            yield f"the task {task.name} runs"
    if any(owner == bench.plugin_id for slot in Slot for owner, _ in host.slot_items(on, slot)):
        yield "it has a box on a page"


async def _in_openapi(bench: Bench, bare: Tenant) -> list[str]:
    async with bench.guest(bare) as guest:
        text = (await guest.get("/api/openapi.json")).text
    return ["it stands in the OpenAPI document"] if f"/api/{bench.plugin_id}/" in text else []


@check(
    6,
    "isolation",
    title="A tenant never sees another's rows, on any GET route",
    why="Tenants are competitors of each other.",
    mend="Read through `ctx.read()` each time. Keep nothing of a tenant's in a module or on a class; a cache's key"
    " must hold `ctx.tenant.id`.",
)
async def isolation(bench: Bench) -> Iterable[str]:
    left, right = await bench.house("left"), await bench.house("right")
    # The left tenant asks first and last, so that whatever is remembered has been seen by both.
    faults = list(await _foreign(bench, left, right))
    faults += await _foreign(bench, right, left)
    faults += await _foreign(bench, left, right)
    return list(dict.fromkeys(faults))


async def _foreign(bench: Bench, home: House, away: House) -> list[str]:
    """What ``home`` shows of ``away``, asked for its own things and for the other's."""
    faults = []
    for path, handler in bench.routes():
        if "GET" not in getattr(handler, "http_methods", ()):
            continue
        for known in (known_in(bench, home), known_in(bench, away)):
            target = filled(path, known)
            if away.canary in target:
                continue  # it would only be said back
            answer = await home.admin.client.get(target)
            if away.canary in f"{answer.headers}{answer.text}":
                faults.append(f"GET {path} shows another tenant's rows")
    return faults


@check(
    7,
    "access",
    title="Every route says who may call it, and means it",
    why="A forgotten permission is found by strangers first.",
    mend='Give each route `opt=anyone()`, `opt=signed_in()` or `opt=requires("<id>.…")`, and declare the'
    " permission in the manifest.",
)
async def access(bench: Bench) -> Iterable[str]:
    house = await bench.house("left")
    known = known_in(bench, house)
    buyer = await bench.sign_in(house.tenant)
    faults = []
    async with bench.guest(house.tenant) as guest, buyer.client as signed_in:
        for path, handler in bench.routes():
            said = handler.opt.get(OPT_KEY)
            if not isinstance(said, Access):
                faults.append(f"{path} says nothing")
                continue
            for method in sorted(getattr(handler, "http_methods", ())):
                target = filled(path, known)
                if not said.public and not _is_refused(await guest.request(method, target)):
                    faults.append(f"{method} {path} lets guests in")
                if said.permission and not _is_refused(await signed_in.request(method, target)):
                    faults.append(f"{method} {path} lets in who lacks {said.permission}")
    return faults


def _is_refused(answer: httpx.Response) -> bool:
    """A guest's page is sent to the login."""
    return answer.status_code in (401, 403, 404) or "/login" in answer.headers.get("location", "")


@check(
    14,
    "templates",
    title="Templates render with the least that they may get, and escape what people typed",
    why="A box that fails leaves a hole, and a text that is not escaped is somebody else's script.",
    mend="Take `| safe` away; give every variable of a slot's template a value in `slot_context`.",
    tier=Tier.SILVER,
)
async def templates(bench: Bench) -> Iterable[str]:
    house = await bench.house("left")
    faults = []
    for path, handler in bench.routes():
        if "GET" in getattr(handler, "http_methods", ()) and not path.startswith("/api/"):
            answer = await house.admin.client.get(filled(path, known_in(bench, house)))
            if answer.status_code == _FAILED:
                faults.append(f"GET {path} fails: {answer.status_code}")
            # A download is text, whatever it looks like.
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            if is_page and house.marked in answer.text:
                faults.append(f"GET {path} shows markup that somebody typed")
    return [*faults, *_unsafe(bench), *await _boxes(bench, house)]


def _unsafe(bench: Bench) -> Iterator[str]:
    folder = bench.plugin.folder
    for path in sorted((folder / "templates").rglob("*.html")) if folder else ():
        if re.search(r"\|\s*safe\b", path.read_text(encoding="utf-8")):
            yield f"{path.name} uses `| safe`"


async def _boxes(bench: Bench, house: House) -> list[str]:
    from nakamise.testing.conformance.boxes import draw

    faults = []
    for item in bench.manifest.slots:
        html = await draw(bench, house, item)
        if isinstance(html, Exception):
            faults.append(f"{item.template} fails: {type(html).__name__}: {html}")
        elif html is not None and house.marked in html:
            faults.append(f"{item.template} shows markup that somebody typed")
    return faults
