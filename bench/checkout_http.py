"""Checkout and lists over sockets while requests come at their own pace: p99, and what is left at three times as many.

The time counts from the moment at which a request was due, so that whoever is kept waiting is not asked less.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from bench import http_load
from bench.buyers import Basket, confirmations, fill_baskets
from bench.harness import Goal, Result, Samples, Scale
from bench.list_http import app_server, until_ready
from bench.list_json import PATH
from bench.world import World
from nakamise.ids import uuid7
from nakamise.plugin.context import Tenant

ROUNDS = 5
SECONDS = 4.0
# More than a server of ours answers: connections that wait are no callers that ask less.
CALLERS = 400
PACES = ((50, 100.0), (100, 250.0))
LIST_PER_S, LIST_P99_MS = 200, 100.0
OVERLOAD, GOODPUT = 3.0, 0.8
# Who is told to come again does so after this, which is sooner than they were told.
AGAIN_S = 0.1
# What was asked and answered in more than this is of no use to anybody.
USEFUL_S = 1.0
CALIBRATION, FEW = 400, 16
# Whoever is sent away is told so at once; soon after the crowd it is as fast again as at the first of the paces.
REFUSED_P99_MS = 100.0
RECOVERED_S, RECOVERY_S = 10.0, 12.0
MS = 1000


class Answered(msgspec.Struct, frozen=True):
    """``due`` after the beginning, ``took`` from then to the last answer, both in seconds; ``status`` of the last."""

    due: float
    took: float
    status: int


@dataclass
class Heard:
    """``refused``: seconds from asking to the answer of those who were sent away; ``statuses`` of all."""

    began: float
    answers: list[Answered] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def p99_ms(self) -> float:
        return _p99_ms([one.took for one in self.answers])

    def useful(self, before: float) -> int:
        return sum(one.status == 201 and one.took <= USEFUL_S for one in self.answers if one.due < before)

    def recovered_s(self, since: float) -> float:
        """After so many seconds nobody waited for longer than the goal of the first pace."""
        late = (one.due - since for one in self.answers if one.status != 201 or one.took * MS > PACES[0][1])
        return max(0.0, *late, 0.0)


def _p99_ms(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)] * MS if took else 0.0


async def measure(world: World, scale: Scale) -> list[Result]:
    tenant = await world.stocked("checkout http")
    rounds, seconds = min(ROUNDS, scale.rounds), min(SECONDS, 20 * scale.seconds)
    found: Samples = {}
    notes: dict[str, str] = {}
    with app_server(world):
        port, host = world.settings.port, tenant.canonical_host
        await until_ready(port, [host], scale.seconds)
        await _checkouts(world, tenant, 50, 1.0)
        for _ in range(rounds):
            for pace, _goal in PACES:
                heard = await _checkouts(world, tenant, pace, seconds, again=True)
                notes[f"checkout_http_{pace}_per_s_p99_ms"] = f"{heard.statuses[503]} were told to come again"
                found.setdefault(f"checkout_http_{pace}_per_s_p99_ms", []).append(heard.p99_ms)
            took = await http_load.latencies(port, host, PATH, LIST_PER_S, seconds)
            found.setdefault("list_http_200_per_s_p99_ms", []).append(_p99_ms(took))
            values, note = await _overload(world, tenant, seconds)
            for name, value in values.items():
                found.setdefault(f"checkout_http_overload_{name}", []).append(value)
            notes["checkout_http_overload_goodput"] = note
    goals = {f"checkout_http_{pace}_per_s_p99_ms": Goal(at_most=goal) for pace, goal in PACES} | {
        "list_http_200_per_s_p99_ms": Goal(at_most=LIST_P99_MS),
        "checkout_http_overload_goodput": Goal(at_least=GOODPUT),
        "checkout_http_overload_refused_p99_ms": Goal(at_most=REFUSED_P99_MS),
        "checkout_http_overload_recovered_s": Goal(at_most=RECOVERED_S),
    }
    return [
        Result(
            name=name,
            value=statistics.median(values),
            unit=next((unit for unit in ("ms", "s") if name.endswith(f"_{unit}")), "x"),
            goal=goals[name],
            note=notes.get(name, ""),
            samples={"rounds": values},
        )
        for name, values in found.items()
    ]


async def _overload(world: World, tenant: Tenant, seconds: float) -> tuple[dict[str, float], str]:
    """Orders that were told in time at three times the capacity, over the capacity just before and after."""
    before = await _capacity(world, tenant)
    heard = await _checkouts(world, tenant, OVERLOAD * before, seconds, then=RECOVERY_S)
    capacity = (before + await _capacity(world, tenant)) / 2
    goodput = heard.useful(seconds) / seconds
    note = (
        f"capacity {capacity:.0f}/s, asked {OVERLOAD * before:.0f}/s, {goodput:.0f}/s within {USEFUL_S:.0f} s"
    )
    values = {
        "goodput": goodput / capacity,
        "refused_p99_ms": _p99_ms(heard.refused),
        "recovered_s": heard.recovered_s(seconds),
    }
    return values, f"{note}, answers {dict(heard.statuses)}"


async def _capacity(world: World, tenant: Tenant) -> float:
    """Orders per second while ``FEW`` ask, each again as soon as they are answered, so that nobody is sent away."""
    work = ((0.0, request) for request in await _requests(world, tenant, CALIBRATION))
    heard = await _asked(world, work, again=True, callers=FEW)
    return heard.statuses[201] / (time.perf_counter() - heard.began)


async def _checkouts(
    world: World, tenant: Tenant, per_second: float, seconds: float, *, again: bool = False, then: float = 0.0
) -> Heard:
    """One order each, by Poisson's law, and ``then`` so many seconds at the first of the paces; ``again``: whoever is
    told to come again does, on the same clock."""
    chance = random.Random(1)
    due = [
        *_moments(chance, per_second, seconds),
        *(seconds + at for at in _moments(chance, PACES[0][0], then)),
    ]
    requests = await _requests(world, tenant, len(due))
    return await _asked(world, zip(due, requests, strict=True), again=again, callers=CALLERS)


def _moments(chance: random.Random, per_second: float, seconds: float) -> Iterator[float]:
    gaps = (chance.expovariate(per_second) for _ in itertools.count())
    return itertools.takewhile(lambda at: at < seconds, itertools.accumulate(gaps))


async def _asked(world: World, work: Iterator[tuple[float, bytes]], *, again: bool, callers: int) -> Heard:
    """``work``: when each is due, in seconds from now, and what it asks."""
    heard = Heard(began=time.perf_counter())
    await asyncio.gather(*(_caller(world.settings.port, work, heard, again=again) for _ in range(callers)))
    return heard


async def _caller(port: int, work: Iterator[tuple[float, bytes]], heard: Heard, *, again: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for due, request in work:
            await asyncio.sleep(max(0.0, heard.began + due - time.perf_counter()))
            status = await _ask(reader, writer, request, heard)
            while again and status == 503:
                await asyncio.sleep(AGAIN_S)
                status = await _ask(reader, writer, request, heard)
            heard.answers.append(Answered(due, time.perf_counter() - heard.began - due, status))
    finally:
        writer.close()
        await writer.wait_closed()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, heard: Heard
) -> int:
    asked = time.perf_counter()
    writer.write(request)
    status = await http_load.answered(reader)
    heard.statuses[status] += 1
    if status == 503:
        heard.refused.append(time.perf_counter() - asked)
    return status


async def _requests(world: World, tenant: Tenant, count: int) -> list[bytes]:
    """Each of a buyer of their own, who has seen the confirmation."""
    baskets = await fill_baskets(world, tenant, count)
    wanted = await confirmations(world, tenant, baskets)
    tokens = await _tokens(world, tenant, baskets)
    host = f"{tenant.canonical_host}:{world.settings.port}"
    return [
        _request(host, token, basket.key, msgspec.json.encode(one))
        for basket, one, token in zip(baskets, wanted, tokens, strict=True)
    ]


async def _tokens(world: World, tenant: Tenant, baskets: Sequence[Basket]) -> list[str]:
    now = datetime.now(UTC)
    sessions = [(uuid7(), basket.user_id) for basket in baskets]
    async with world.ctx(tenant).begin() as tx:
        await tx.execute_many(
            "INSERT INTO core_session (id, user_id, expires_at) VALUES ($1, $2, $3)",
            [(id_, user_id, now + timedelta(days=1)) for id_, user_id in sessions],
        )
    tokens = world.runtime.auth.tokens
    return [tokens.issue(tenant.id, user_id, id_, now) for id_, user_id in sessions]


def _request(host: str, token: str, key: str, body: bytes) -> bytes:
    head = (
        f"POST /api/shop/checkout HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n"
        f"idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
