"""Checks of what the plugin's functions do: prices, events, settings, and that nothing blocks."""

from __future__ import annotations

import ast
import json
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from nakamise.errors import Invalid
from nakamise.host import plugin_settings
from nakamise.host.loading import Listener
from nakamise.plugin.context import SYSTEM, Tenant, TenantCtx
from nakamise.plugin.events import Delivery
from nakamise.testing.conformance.bench import Bench, House
from nakamise.testing.conformance.check import Tier, check
from nakamise.testing.conformance.code import sources
from nakamise.testing.conformance.data import contents
from nakamise.testing.conformance.routes import filled, known_in
from nakamise.testing.conformance.samples import sample
from nakamise.testing.quoting import draft_of
from nakamise.testing.watch import blocking_calls

EXAMPLES: Final = 50
# Called in an async function, each of these stops every tenant of the process.
_BLOCKING: Final = frozenset(
    ("time.sleep", "open", "input", "os.system", "subprocess.run", "subprocess.check_output")
)
_BLOCKING_MODULES: Final = ("requests", "urllib.request", "urllib3", "psycopg2", "sqlite3", "smtplib")


@check(
    9,
    "prices",
    title="`price_adjust` is pure and never makes anything dearer",
    why="A price is asked for on every page and again at checkout: it must come out the same.",
    mend="Decide from `draft`, `facts` and the settings alone; read the database in `price_facts`; no clock, no"
    " counter; `amount` is 0 or less.",
    tier=Tier.SILVER,
)
async def prices(bench: Bench) -> Iterable[str]:
    if "price_adjust" not in bench.plugin.steps:
        return []
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    lines = st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 99)), max_size=8)
    ctx = _ctx_without_database(bench)

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(lines=lines)
    def hold(lines: list[tuple[int, int]]) -> None:
        fault = _price_fault(ctx, lines)
        assert not fault, fault

    try:
        hold()
    except AssertionError as error:
        return [str(error).splitlines()[0]]
    return []


def _ctx_without_database(bench: Bench) -> TenantCtx:
    """Settings as they are by default; no query can be needed, for there is no such tenant."""
    tenant = Tenant(
        id=uuid.uuid4(),
        schema="t_aaaaaaaaaaaaa",
        slug="t",
        name="T",
        state="active",
        canonical_host="t.localhost",
        plugins=frozenset({bench.plugin_id}),
    )
    return TenantCtx(bench.runtime, tenant, SYSTEM, bench.runtime.host.lineup(tenant.plugins))


def _price_fault(ctx: TenantCtx, lines: list[tuple[int, int]]) -> str:
    asked = draft_of(lines)
    answers = [
        ctx.lineup.call_sync("price_adjust", ctx=ctx, draft=asked, facts={}),
        ctx.lineup.call_sync("price_adjust", ctx=ctx, draft=draft_of(lines), facts={}),
    ]
    if answers[0].failed:
        return f"it failed: {answers[0].failed[0][1]!r}"
    if answers[0].results != answers[1].results:
        return "the same question got two answers"
    if asked != draft_of(lines):
        return "it changed what it was asked"
    proposed = [one for _, found in answers[0].results for one in found]
    if any(one.amount > 0 or one.rate_bp < 0 for one in proposed):
        return "it raised a price"
    return ""


@check(
    10,
    "events",
    title="An event that comes twice counts once",
    why="Deliveries are repeated after a crash; a customer's points must not be.",
    mend="Begin with `if await delivery.first_time(tx):` in the transaction that does the work.",
    tier=Tier.SILVER,
)
async def events(bench: Bench) -> Iterable[str]:
    faults = []
    for listener in bench.plugin.listeners:
        house = await bench.house("events")
        event = _event(bench, house, listener)
        delivery = Delivery(uuid.uuid4(), uuid.uuid4(), 1)
        first = await _deliver(bench, house, listener, event, delivery)
        once = await contents(bench, house.tenant)
        second = await _deliver(bench, house, listener, event, delivery)
        if await contents(bench, house.tenant) != once:
            faults.append(f"{listener.topic} changed rows again when it came again")
        if first is None and second is not None:
            faults.append(f"{listener.topic} failed when it came again: {second!r}")
    return faults


def _event(bench: Bench, house: House, listener: Listener) -> Any:
    return sample(listener.event, known=lambda name: house.rows.value(name, bench.plugin_id))


async def _deliver(
    bench: Bench, house: House, listener: Listener, event: Any, delivery: Delivery
) -> Exception | None:
    """A made-up event of another plugin may be refused; then it must be refused the same way again."""
    try:
        await listener.handler(bench.ctx(house.tenant), event, delivery)
    except Exception as error:  # noqa: BLE001  # whatever a handler raises, the second try is compared with it
        return error
    return None


@check(
    13,
    "settings",
    title="Settings survive being stored, and what an older version stored can still be read",
    why="A tenant's settings outlive the version that wrote them.",
    mend="Give every field a default that keeps its own rule; add fields, and never take the meaning of one away.",
    tier=Tier.SILVER,
)
async def settings(bench: Bench) -> Iterable[str]:
    type_ = bench.manifest.settings
    if type_ is None:
        return []
    stored = json.loads(msgspec.json.encode(plugin_settings.dump(type_())))
    faults = _refusal(type_, stored, "the defaults")
    if not faults and plugin_settings.read(type_, stored) != type_():
        faults = ["the defaults come back changed"]
    for name in stored:
        older = {key: value for key, value in stored.items() if key != name}
        faults += _refusal(type_, older, f"settings without {name}")
    if not faults:
        plugin_settings.read(type_, {**stored, "gone_since": 1})
    return faults


def _refusal(type_: type[msgspec.Struct], stored: dict[str, Any], what: str) -> list[str]:
    try:
        plugin_settings.parse(type_, stored)
    except Invalid as error:
        return [f"{what} are refused: {', '.join(error.fields)}"]
    return []


@check(
    15,
    "blocking",
    title="Nothing blocks the event loop",
    why="All tenants of a process wait for one blocking call.",
    mend="Await the asynchronous library (httpx, ctx.begin()), or move the work to a job with `asyncio.to_thread`.",
    tier=Tier.SILVER,
)
async def blocking(bench: Bench) -> Iterable[str]:
    folder = bench.plugin.folder
    if folder is None:
        return []
    house = await bench.house("left")
    with blocking_calls([folder]) as found:
        for path, handler in bench.routes():
            if "GET" in getattr(handler, "http_methods", ()):
                await house.admin.client.get(filled(path, known_in(bench, house)))
        for task in bench.plugin.tasks:
            await task.handler(bench.ctx(house.tenant))
    return [*sorted(map(str, found)), *_blocking_source(folder)]


def _blocking_source(folder: Path) -> Iterator[str]:
    for path in sources(folder):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.AsyncFunctionDef):
                for call in _calls(function):
                    yield f"{path.name}:{call.lineno} calls {ast.unparse(call.func)} in an async function"


def _calls(function: ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    """Blocking ones, not those in a plain function within."""
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in _BLOCKING or name.startswith(tuple(f"{one}." for one in _BLOCKING_MODULES)):
                yield node
        todo += ast.iter_child_nodes(node)
