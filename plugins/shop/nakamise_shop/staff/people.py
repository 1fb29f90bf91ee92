"""Who of the staff works for a shop: named on its page, by whoever may name people."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, read_form, see_other
from nakamise_shop.scope import PEOPLE
from nakamise_shop.staff import shops_service
from nakamise_shop.staff.text import words

TAGS: Final = ["shop staff"]
# Those who may name people work for every shop. $1 shop, $2 the permission to name people
_STAFF: Final = """
SELECT u.id, u.display_name, u.email, (SELECT count(*) FROM shop_people x WHERE x.user_id = u.id)::int AS shop_count,
       EXISTS (SELECT 1 FROM shop_people x WHERE x.user_id = u.id AND x.shop_id = $1) AS is_here
FROM core_user u
WHERE EXISTS (SELECT 1 FROM core_user_role r WHERE r.user_id = u.id)
  AND NOT EXISTS (SELECT 1 FROM core_user_role r JOIN core_role_permission p ON p.role_id = r.role_id
                  WHERE r.user_id = u.id AND p.permission = $2 AND p.is_granted)
ORDER BY u.display_name, u.id
"""


class ShopPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the staff. ``is_here``: works for this shop by name; ``shop_count`` 0: for all shops."""

    id: uuid.UUID
    display_name: str
    email: str
    shop_count: int
    is_here: bool


class People(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All who work for the shop by name from now on."""

    users: Annotated[list[uuid.UUID], Meta(max_length=500)] = []


async def staff_of(tx: Tx, shop_id: uuid.UUID) -> list[ShopPerson]:
    """Everybody who could be named, by name."""
    return await tx.all(ShopPerson, _STAFF, shop_id, PEOPLE)


async def name_people(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID, users: Sequence[uuid.UUID]) -> None:
    """Exactly these, in force with their next request. Raises NotFound, Invalid for somebody who is no staff."""
    await shops_service.shop(ctx, tx, shop_id)
    known = {one.id: one for one in await staff_of(tx, shop_id)}
    if not set(users) <= set(known):
        raise Invalid({"users": FieldError(N_("Please choose people of the staff."), domain="shop")})
    before = sorted(str(one.id) for one in known.values() if one.is_here)
    after = sorted({str(user) for user in users})
    if before == after:
        return
    await tx.execute(
        "DELETE FROM shop_people WHERE shop_id = $1 AND user_id <> ALL($2)", shop_id, list(users)
    )
    await tx.execute(
        "INSERT INTO shop_people (user_id, shop_id) SELECT one, $1 FROM unnest($2::uuid[]) AS one"
        " ON CONFLICT (user_id, shop_id) DO NOTHING",
        *(shop_id, list(users)),
    )
    await ctx.audit(tx, "shop.people.changed", str(shop_id), before=before, after=after)


@post("/shops/{shop_id:uuid}/people", opt=requires(PEOPLE), include_in_schema=False)
async def save_people(
    request: Request[Any, Any, Any], ctx: Ctx, shop_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    given = (await read_form(request, People)).valid()
    async with ctx.begin() as tx:
        await name_people(ctx, tx, shop_id, given.users)
    return see_other(ctx, f"/admin/shop/shops/{shop_id}#people", flash=words(ctx)(N_("Saved.")))


@get(
    "/staff/shops/{shop_id:uuid}/people",
    opt=requires(PEOPLE),
    tags=TAGS,
    operation_id="shop_staff_list_people",
)
async def list_people(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> list[ShopPerson]:
    """Everybody who could be named for the shop."""
    async with ctx.read() as tx:
        await shops_service.shop(ctx, tx, shop_id)
        return await staff_of(tx, shop_id)


@put(
    "/staff/shops/{shop_id:uuid}/people",
    opt=requires(PEOPLE),
    tags=TAGS,
    operation_id="shop_staff_put_people",
)
async def put_people(ctx: Ctx, shop_id: FromPath[uuid.UUID], data: JSONBody[People]) -> list[ShopPerson]:
    """Who is named for no shop works for all of them."""
    async with ctx.begin() as tx:
        await name_people(ctx, tx, shop_id, data.users)
        return await staff_of(tx, shop_id)


page_handlers: Final[list[ControllerRouterHandler]] = [save_people]
api_handlers: Final[list[ControllerRouterHandler]] = [list_people, put_people]
