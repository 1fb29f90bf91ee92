"""The account as JSON: what its pages do, for apps."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, delete, get, patch, post, put
from litestar.datastructures import UploadFile
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.account.addresses import (
    Address,
    AddressInput,
    add_address,
    address_of,
    addresses_of,
    change_address,
    choose_default,
    remove_address,
)
from nakamise.account.home_pages import account_view
from nakamise.account.profile import AccountView, ProfileInput, drop_avatar, save_avatar, save_profile
from nakamise.errors import FieldError, Invalid
from nakamise.plugin.access import signed_in
from nakamise.plugin.context import Ctx
from nakamise.ui.i18n import N_

_TAGS: Final = ["account"]


class ProfileChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays."""

    display_name: str | msgspec.UnsetType = msgspec.UNSET
    bio: str | msgspec.UnsetType = msgspec.UNSET


@get("/api/account", opt=signed_in(), tags=_TAGS)
async def read_account(ctx: Ctx) -> AccountView:
    """The signed-in user's own account."""
    return await account_view(ctx)


@patch("/api/account", opt=signed_in(), tags=_TAGS)
async def change_account(ctx: Ctx, data: JSONBody[ProfileChange]) -> AccountView:
    """Change name or bio."""
    before = await account_view(ctx)
    name = before.display_name if data.display_name is msgspec.UNSET else data.display_name
    bio = before.bio if data.bio is msgspec.UNSET else data.bio
    given = ProfileInput(display_name=name, bio=bio)
    async with ctx.begin() as tx:
        await save_profile(tx, ctx.require_user(), given)
    return await account_view(ctx)


@put("/api/account/avatar", opt=signed_in(), tags=_TAGS)
async def put_avatar(request: Request[Any, Any, Any], ctx: Ctx) -> AccountView:
    """multipart/form-data with the file ``avatar``: JPEG, PNG or WebP of at most 5 MB."""
    given = (await request.form()).get("avatar")
    if not isinstance(given, UploadFile):
        raise Invalid({"avatar": FieldError(N_("Please fill this in."))})
    await save_avatar(ctx, ctx.require_user(), await given.read())
    return await account_view(ctx)


@delete("/api/account/avatar", opt=signed_in(), tags=_TAGS)
async def delete_avatar(ctx: Ctx) -> None:
    """Go without a picture."""
    async with ctx.begin() as tx:
        await drop_avatar(tx, ctx.require_user())


@get("/api/account/addresses", opt=signed_in(), tags=_TAGS)
async def list_addresses(ctx: Ctx) -> list[Address]:
    """The default first."""
    async with ctx.read() as tx:
        return await addresses_of(tx, ctx.require_user())


@post("/api/account/addresses", opt=signed_in(), tags=_TAGS)
async def create_address(ctx: Ctx, data: JSONBody[AddressInput]) -> Address:
    """Numbers and kana may be typed in any width; the first address becomes the default."""
    user_id = ctx.require_verified()
    async with ctx.begin() as tx:
        return await add_address(tx, user_id, data, ctx.now())


@get("/api/account/addresses/{address_id:uuid}", opt=signed_in(), tags=_TAGS)
async def read_address(ctx: Ctx, address_id: FromPath[uuid.UUID]) -> Address:
    """One address of one's own."""
    async with ctx.read() as tx:
        return await address_of(tx, ctx.require_user(), address_id)


@put("/api/account/addresses/{address_id:uuid}", opt=signed_in(), tags=_TAGS)
async def replace_address(ctx: Ctx, address_id: FromPath[uuid.UUID], data: JSONBody[AddressInput]) -> Address:
    """Write all fields anew."""
    user_id = ctx.require_verified()
    async with ctx.begin() as tx:
        return await change_address(tx, user_id, address_id, data, ctx.now())


@post("/api/account/addresses/{address_id:uuid}/default", opt=signed_in(), tags=_TAGS, status_code=204)
async def make_default(ctx: Ctx, address_id: FromPath[uuid.UUID]) -> None:
    """Use this address when none is chosen."""
    async with ctx.begin() as tx:
        await choose_default(tx, ctx.require_user(), address_id)


@delete("/api/account/addresses/{address_id:uuid}", opt=signed_in(), tags=_TAGS)
async def delete_address(ctx: Ctx, address_id: FromPath[uuid.UUID]) -> None:
    """Orders that went there keep it."""
    async with ctx.begin() as tx:
        await remove_address(tx, ctx.require_user(), address_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    read_account,
    change_account,
    put_avatar,
    delete_avatar,
    list_addresses,
    create_address,
    read_address,
    replace_address,
    make_default,
    delete_address,
]
