"""The brand of a site as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from litestar import delete, get, patch, put
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import BrandUpdate, BrandView
from nakamise.plugin import Ctx, requires
from nakamise.web import ColourNote, colour_notes
from nakamise_agency.looks.pages import picture_key
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE
from nakamise_agency.tenants.api import TAGS


class BrandAnswer(msgspec.Struct, frozen=True):
    """``colours``: what the theme compiler makes of the chosen ones."""

    brand: BrandView
    colours: Sequence[ColourNote]


@get("/tenants/{tenant_id:uuid}/brand", opt=requires(MANAGE), tags=TAGS, operation_id="agency_get_brand")
async def get_brand(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> BrandAnswer:
    found = await plane(ctx).tenant(tenant_id)
    return BrandAnswer(found.brand, colour_notes(found.brand))


@patch("/tenants/{tenant_id:uuid}/brand", opt=requires(MANAGE), tags=TAGS, operation_id="agency_update_brand")
async def update_brand(ctx: Ctx, tenant_id: FromPath[uuid.UUID], data: JSONBody[BrandUpdate]) -> BrandAnswer:
    """What is left out stays as it is."""
    look = await plane(ctx).update_brand(tenant_id, data)
    return BrandAnswer(look, colour_notes(look))


@put(
    "/tenants/{tenant_id:uuid}/brand/pictures/{picture:str}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="agency_set_picture",
)
async def set_picture(
    ctx: Ctx,
    tenant_id: FromPath[uuid.UUID],
    picture: FromPath[str],
    data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> BrandView:
    """``picture`` is logo, icon, hero_wide or hero_phone; the file is the part ``data``."""
    return await plane(ctx).set_picture(tenant_id, picture_key(picture), await data.read())


@delete(
    "/tenants/{tenant_id:uuid}/brand/pictures/{picture:str}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="agency_remove_picture",
    status_code=200,
)
async def remove_picture(ctx: Ctx, tenant_id: FromPath[uuid.UUID], picture: FromPath[str]) -> BrandView:
    return await plane(ctx).set_picture(tenant_id, picture_key(picture), None)


route_handlers: Final[list[ControllerRouterHandler]] = [get_brand, update_brand, set_picture, remove_picture]
