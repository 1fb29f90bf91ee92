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
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, page, read_form, see_other
from nakamise_shop.scope import PEOPLE
from nakamise_shop.staff.shops import service as shops_service
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


class People(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``users``: all who work for the shop by name from now on. ``for_all``: those who may lose their last shop by
    this, and so work for all shops."""

    users: Annotated[list[uuid.UUID], Meta(max_length=500)] = []
    for_all: Annotated[list[uuid.UUID], Meta(max_length=500)] = []


async def staff_of(tx: Tx, shop_id: uuid.UUID) -> list[ShopPerson]:
    """Everybody who could be named, by name."""
    return await tx.all(ShopPerson, _STAFF, shop_id, PEOPLE)


async def name_people(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID, given: People) -> None:
    """Exactly these, in force with their next request; and an applicant who is no staff yet, until it is decided
    whether the shop opens. Raises NotFound, Invalid for somebody who is no staff, and
    Conflict (code ``works_for_all``) for somebody's last shop, unless ``for_all`` says so."""
    # Two shops could otherwise each take somebody the last but one.
    await tx.turn("shop.people")
    await shops_service.shop(ctx, tx, shop_id)
    known = await staff_of(tx, shop_id)
    users = list(set(given.users))
    if not set(users) <= {one.id for one in known}:
        raise Invalid({"users": FieldError(N_("Please choose people of the staff."), domain="shop")})
    if asked := [one.display_name for one in set_free(known, given) if one.id not in given.for_all]:
        raise Conflict(_ASKED, code="works_for_all", domain="shop", params={"names": ", ".join(asked)})
    before = sorted(str(one.id) for one in known if one.is_here)
    after = sorted(str(user) for user in users)
    if before == after:
        return
    await tx.execute(_UNNAME, shop_id, users)
    await tx.execute(
        "INSERT INTO shop_people (user_id, shop_id) SELECT one, $1 FROM unnest($2::uuid[]) AS one"
        " ON CONFLICT (user_id, shop_id) DO NOTHING",
        *(shop_id, users),
    )
    await ctx.audit(tx, "shop.people.changed", str(shop_id), before=before, after=after)


_UNNAME: Final = """
DELETE FROM shop_people p WHERE p.shop_id = $1 AND p.user_id <> ALL($2)
  AND NOT EXISTS (SELECT 1 FROM shop_shop s WHERE s.id = p.shop_id AND s.applied_by = p.user_id
                  AND s.state IN ('applied', 'rejected')
                  AND NOT EXISTS (SELECT 1 FROM core_user_role r WHERE r.user_id = p.user_id))
"""
_ASKED: Final = N_("%(names)s would then work for all shops. Please confirm that.")


def set_free(known: Sequence[ShopPerson], given: People) -> list[ShopPerson]:
    """Who would be named nowhere any more."""
    return [one for one in known if one.is_here and one.shop_count == 1 and one.id not in given.users]


@post("/shops/{shop_id:uuid}/people", opt=requires(PEOPLE), include_in_schema=False)
async def save_people(
    request: Request[Any, Any, Any], ctx: Ctx, shop_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    """Asks first when somebody would lose their last shop, on a page that needs no scripts."""
    given = (await read_form(request, People)).valid()
    try:
        async with ctx.begin() as tx:
            await name_people(ctx, tx, shop_id, given)
    except Conflict as refused:
        return await _ask(ctx, shop_id, given, refused)
    return see_other(ctx, f"/admin/shop/shops/{shop_id}#people", flash=words(ctx)(N_("Saved.")))


async def _ask(ctx: TenantCtx, shop_id: uuid.UUID, given: People, refused: Conflict) -> Response[bytes]:
    async with ctx.read() as tx:
        shop = await shops_service.shop(ctx, tx, shop_id)
        people = set_free(await staff_of(tx, shop_id), given)
    return await page(
        ctx, "shop/staff_people.html", status=refused.status, shop=shop, people=people, users=given.users
    )


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
    """Who is named for no shop works for all of them: 409 ``works_for_all`` until ``for_all`` names them."""
    async with ctx.begin() as tx:
        await name_people(ctx, tx, shop_id, data)
        return await staff_of(tx, shop_id)


page_handlers: Final[list[ControllerRouterHandler]] = [save_people]
api_handlers: Final[list[ControllerRouterHandler]] = [list_people, put_people]
