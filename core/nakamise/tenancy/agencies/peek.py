"""Small looks for the console's forms: is an address free, what does a picture show."""

from __future__ import annotations

import uuid

from nakamise.contracts.control import BrandPicture, PictureFile
from nakamise.errors import Conflict, NotFound
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies import build, look
from nakamise.tenancy.agencies.addresses import refuse_others
from nakamise.tenancy.agencies.scope import Scope, find


async def is_slug_free(runtime: Runtime, slug: str) -> bool:
    if "slug" in build.site_faults("", slug, "", ""):
        return False
    async with runtime.db.control(read_only=True) as tx:
        if await tx.value("SELECT 1 FROM nakamise.tenant WHERE slug = $1", slug):
            return False
        try:
            await refuse_others(tx.connection, uuid.uuid4(), f"{slug}.{runtime.settings.base_domain}")
        except Conflict:
            return False
    return True


async def picture(
    runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, name: BrandPicture, at_least: int
) -> PictureFile:
    """Raises NotFound."""
    async with runtime.db.control(read_only=True) as tx:
        view = await look.view(tx, await find(tx, scope, tenant_id))
    media = view.pictures.get(name)
    if media is None:
        raise NotFound
    stored = await runtime.store.get(media.key(at_least))
    return PictureFile(stored.data, stored.content_type)
