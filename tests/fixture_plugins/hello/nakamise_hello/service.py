"""Greetings, kept and told."""

from __future__ import annotations

import uuid
from typing import Annotated, ClassVar

import msgspec

from nakamise.db import Tx
from nakamise.plugin import Event, TenantCtx
from nakamise_hello.settings import HelloSettings


class Greeting(msgspec.Struct, frozen=True):
    id: uuid.UUID
    text: str


class NewGreeting(msgspec.Struct, frozen=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Greeted(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "hello.greeted.1"
    greeting_id: uuid.UUID

    def order_key(self) -> str:
        return str(self.greeting_id)


async def all_greetings(tx: Tx) -> list[Greeting]:
    return await tx.all(Greeting, "SELECT id, text FROM hello_greeting ORDER BY created_at, id")


async def greetings_of(tx: Tx, user_id: uuid.UUID) -> list[Greeting]:
    return await tx.all(
        Greeting, "SELECT id, text FROM hello_greeting WHERE user_id = $1 ORDER BY created_at, id", user_id
    )


async def greet(ctx: TenantCtx, tx: Tx, name: str) -> Greeting:
    greeting = Greeting(uuid.uuid4(), f"{ctx.settings(HelloSettings).greeting}, {name}")
    await tx.execute(
        "INSERT INTO hello_greeting (id, user_id, text) VALUES ($1, $2, $3)",
        greeting.id,
        ctx.actor.user_id,
        greeting.text,
    )
    await ctx.publish(tx, Greeted(greeting_id=greeting.id))
    await ctx.push(tx, "hello.greeted", greeting)
    await ctx.push(tx, "hello.kept", greeting)
    if ctx.actor.user_id is not None:
        await ctx.push(tx, "hello.yours", greeting, user_id=ctx.actor.user_id)
    return greeting
