"""A stage for tests: a tenant with live broadcasts, people, and what they do through the API."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

import nakamise_livestream
from nakamise.plugin import Tenant, TenantCtx
from nakamise.testing.fixtures import ClientFor, CtxFor
from nakamise.testing.people import Person, sign_in
from nakamise_livestream.broadcasters import decide

API = "/api/livestream"
_INVARIANTS = Path(str(nakamise_livestream.__file__)).parent / "invariants.sql"
_TITLED = re.compile(r"^-- (L\d.*?)\n(SELECT.*?);", re.DOTALL | re.MULTILINE)
Json = dict[str, Any]


@dataclass
class Mail:
    subject: str
    text_body: str


@dataclass
class Stage:
    """``ctx`` acts as the system."""

    tenant: Tenant
    ctx: TenantCtx
    client_for: ClientFor
    ctx_for: CtxFor
    people: list[Person] = field(default_factory=list)

    async def person(self, name: str = "花子", *roles: str) -> Person:
        """Signed in, however far a test moves the clock."""
        made = await sign_in(self.ctx, self.client_for(self.tenant), roles, name)
        tokens = self.ctx.runtime.auth.tokens
        sql = "SELECT id FROM core_session WHERE user_id = $1 AND token_hash IS NULL"
        session_id = await self.value(sql, made.id)

        async def renew(request: httpx.Request) -> None:
            token = tokens.issue(self.tenant.id, made.id, session_id, self.ctx.now())
            request.headers["Authorization"] = f"Bearer {token}"

        made.client.event_hooks["request"] = [renew]
        self.people.append(made)
        return made

    async def host(self, name: str = "春香") -> Person:
        """An approved broadcaster."""
        person = await self.person(name)
        await ok(await apply(person, name=name))
        async with self.ctx.begin() as tx:
            id_ = await tx.value("SELECT id FROM livestream_broadcaster WHERE user_id = $1", person.id)
            await decide.approve(self.ctx, tx, id_)
        return person

    async def value(self, query: str, *args: object) -> Any:
        async with self.ctx.read() as tx:
            return await tx.value(query, *args)

    async def events(self, topic: str) -> list[Json]:
        """What was published and still waits for the plugin webhooks, oldest first."""
        async with self.ctx.runtime.db.control(read_only=True) as tx:
            sql = (
                "SELECT payload -> 'event' FROM job WHERE tenant_id = $1 AND name LIKE 'event:webhooks%'"
                " AND payload ->> 'topic' = $2 ORDER BY seq"
            )
            return await tx.values(sql, self.tenant.id, topic)

    async def mails(self, person: Person) -> list[Mail]:
        """The newest last."""
        sql = "SELECT subject, text_body FROM core_mail WHERE recipient = $1 ORDER BY created_at, id"
        async with self.ctx.read() as tx:
            return await tx.all(Mail, sql, person.email)

    async def acts(self, subject: object) -> list[str]:
        """The audit log's acts about ``subject``, oldest first."""
        async with self.ctx.read() as tx:
            sql = "SELECT act FROM core_audit WHERE subject = $1 ORDER BY at, id"
            return await tx.values(sql, str(subject))

    async def broken(self) -> list[str]:
        """Invariants that do not hold; [] is right."""
        async with self.ctx.read() as tx:
            queries = _TITLED.findall(_INVARIANTS.read_text())
            return [title for title, query in queries if await tx.connection.fetch(query)]


def in_(ctx: TenantCtx, **delta: float) -> str:
    """A moment from now, as JSON says it."""
    return (ctx.now() + timedelta(**delta)).isoformat()


async def apply(person: Person, **fields: object) -> httpx.Response:
    body = {"name": "春香", "motive": "化粧品が好きです。", "agree": True, **fields}
    return await person.client.post(f"{API}/broadcaster", json=body)


async def ok(answer: httpx.Response) -> Any:
    """The body of an answer that is no refusal."""
    assert answer.status_code < 300, answer.text
    return answer.json()


async def planned(host: Person, **fields: object) -> Json:
    """A new broadcast; without fields one that is announced to nobody."""
    body = {"title": "夜の美容液ライブ", **fields}
    made: Json = await ok(await host.client.post(f"{API}/studio/broadcasts", json=body))
    return made


async def act(person: Person, broadcast: Json, verb: str, **body: object) -> httpx.Response:
    """POST to one of the studio's acts."""
    return await person.client.post(f"{API}/studio/broadcasts/{broadcast['id']}/{verb}", json=body)


async def on_air(host: Person, **fields: object) -> Json:
    made = await planned(host, **fields)
    started: Json = await ok(await act(host, made, "start"))
    return started


async def read(person: Person, broadcast: Json) -> Json:
    """As everybody sees it."""
    found: Json = await ok(await person.client.get(f"{API}/broadcasts/{broadcast['id']}"))
    return found


def id_of(thing: Json) -> uuid.UUID:
    return uuid.UUID(thing["id"])
