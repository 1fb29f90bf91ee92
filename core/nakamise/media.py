"""Pictures of a tenant: ingested, stored in several sizes, known by a row in core_media; and its other objects."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.images import ImageRefused, Picture, ingest
from nakamise.plugin.context import TenantCtx
from nakamise.storage import ObjectMissing, S3Away, StorageFull, belongs_to, new_key
from nakamise.storage.keys import content_type_of

__all__ = [
    "URL_PREFIX",
    "ImageRefused",
    "Media",
    "S3Away",
    "StorageFull",
    "add_picture",
    "delete_object",
    "media_of",
    "put_object",
    "read_object",
]

URL_PREFIX: Final = "/media/"


class Media(msgspec.Struct, frozen=True):
    """``keys`` maps the longest side in pixels to the object key; ``colour`` fills the frame while it loads."""

    id: uuid.UUID
    width: int
    height: int
    colour: str = ""
    keys: Mapping[str, str] = {}

    def url(self, at_least: int = 0) -> str:
        """The smallest rendition of at least that many pixels, else the largest."""
        return URL_PREFIX + self.key(at_least)

    def key(self, at_least: int = 0) -> str:
        """The same rendition in the object store."""
        sizes = sorted(int(size) for size in self.keys)
        best = next((size for size in sizes if size >= at_least), sizes[-1])
        return self.keys[str(best)]

    @property
    def srcset(self) -> str:
        sizes = sorted(int(size) for size in self.keys)
        return ", ".join(f"{URL_PREFIX}{self.keys[str(size)]} {size}w" for size in sizes)


async def add_picture(
    ctx: TenantCtx,
    data: bytes,
    kind: str,
    *,
    owner_id: uuid.UUID | None = None,
    prepare: Callable[[bytes], Awaitable[Picture]] = ingest,
) -> uuid.UUID:
    """Ingest and store ``data``; the same bytes of the same kind and owner give the same picture again.

    ``prepare`` turns bytes that are not seen before into renditions.
    Raises ImageRefused, ImagesBusy, StorageFull, LimitReached (the plan's storage). Runs outside any transaction: decoding takes its time.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    async with ctx.read() as tx:
        if known := await _known(tx, sha256, kind, owner_id):
            return known
    picture = await prepare(data)
    size = sum(len(rendition.data) for rendition in picture.renditions)
    async with ctx.begin() as tx:
        await ctx.take(tx, "core.storage_bytes", size)
    keys = {}
    for rendition in picture.renditions:
        key = new_key(ctx.tenant.schema, kind, "webp")
        await ctx.runtime.store.put(key, rendition.data, "image/webp")
        keys[str(rendition.longest)] = key
    media_id = uuid7()
    async with ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO core_media (id, kind, owner_id, content_sha256, width, height, colour, keys, bytes)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            media_id,
            kind,
            owner_id,
            sha256,
            picture.largest.width,
            picture.largest.height,
            picture.colour,
            keys,
            size,
        )
    return media_id


async def _known(tx: Tx, sha256: str, kind: str, owner_id: uuid.UUID | None) -> uuid.UUID | None:
    found = await tx.value(
        "SELECT id FROM core_media WHERE content_sha256 = $1 AND kind = $2 AND owner_id IS NOT DISTINCT FROM $3",
        sha256,
        kind,
        owner_id,
    )
    return found if isinstance(found, uuid.UUID) else None


async def media_of(tx: Tx, ids: list[uuid.UUID]) -> dict[uuid.UUID, Media]:
    """Pictures by id; those that are gone are missing."""
    rows = await tx.all(
        Media, "SELECT id, width, height, colour, keys FROM core_media WHERE id = ANY($1)", ids
    )
    return {row.id: row for row in rows}


async def put_object(ctx: TenantCtx, kind: str, ext: str, data: bytes) -> str:
    """Store what only the plugin's own routes give out; the key. Its type follows from ``ext``.

    Raises InvalidKey for an unknown ``ext`` or a bad ``kind``, StorageFull, S3Away.
    """
    key = new_key(ctx.tenant.schema, kind, ext, private=True)
    await ctx.runtime.store.put(key, data, content_type_of(key))
    return key


async def read_object(ctx: TenantCtx, key: str) -> bytes:
    """Raises ObjectMissing, also for the object of another tenant; S3Away."""
    if not belongs_to(key, ctx.tenant.schema):
        raise ObjectMissing
    return (await ctx.runtime.store.get(key)).data


async def delete_object(ctx: TenantCtx, key: str) -> None:
    """What is not there, or is another tenant's, is let be. Raises S3Away."""
    if belongs_to(key, ctx.tenant.schema):
        await ctx.runtime.store.delete(key)
