"""Pages of users: the list, its export, one user."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.admin.people.rights import MANAGE, READ
from nakamise.admin.people.role_list import role_labels
from nakamise.admin.people.user_csv import STATES, user_csv
from nakamise.admin.people.user_detail import UserDetail, user_detail
from nakamise.admin.people.user_list import UserFilter, user_page
from nakamise.admin.site.acts import act_label
from nakamise.contracts.ui import UserSubject
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.plugin.slots import Slot
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import page
from nakamise.ui.paging import address, filter_of, page_base
from nakamise.ui.sheets import csv_stream
from nakamise.ui.views import NavLink

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/users"
SORTS: Final = (
    ("newest", N_("Newest first")),
    ("oldest", N_("Oldest first")),
    ("name", N_("By name")),
    ("seen", N_("Last seen first")),
)


@get(LIST, opt=requires(READ), include_in_schema=False)
async def users_page(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(UserFilter, request.query_params)
    async with ctx.read() as tx:
        found = await user_page(tx, wanted, ctx.tenant.zone)
        labels = await role_labels(ctx, tx)
    _ = gettext_for(ctx.locale, "core")
    return await page(
        ctx,
        "core/admin/people/users.html",
        found=found,
        wanted=wanted,
        is_filtered=wanted != UserFilter(sort=wanted.sort, page=wanted.page),
        tabs=_tabs(ctx, wanted, found.counts),
        labels=labels,
        states={key: _(text) for key, text in STATES.items()},
        sorts=[(key, _(text)) for key, text in SORTS],
        paging=page_base(address(LIST, wanted)),
        export=address(f"{LIST}/export.csv", wanted),
    )


def _tabs(ctx: TenantCtx, wanted: UserFilter, counts: dict[str, int]) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "core")
    all_ = NavLink(
        _("All"), address(LIST, wanted, state=None), current=wanted.state is None, count=sum(counts.values())
    )
    return [
        all_,
        *(
            NavLink(
                _(text),
                address(LIST, wanted, state=key),
                current=wanted.state == key,
                count=counts.get(key, 0),
            )
            for key, text in STATES.items()
        ),
    ]


@get(f"{LIST}/export.csv", opt=requires(READ), include_in_schema=False)
async def export(request: AnyRequest, ctx: Ctx) -> Stream:
    """The filtered list, all pages of it."""
    return await csv_answer(ctx, filter_of(UserFilter, request.query_params))


async def csv_answer(ctx: TenantCtx, wanted: UserFilter) -> Stream:
    name = f"users-{ctx.now().astimezone(ctx.tenant.zone):%Y%m%d-%H%M}.csv"
    async with ctx.begin() as tx:
        await ctx.audit(tx, "core.users.listed", name, filter=ctx.http.query)
    return csv_stream(name, user_csv(ctx, wanted))


@get(f"{LIST}/{{user_id:uuid}}", opt=requires(READ), include_in_schema=False)
async def user_detail_page(ctx: Ctx, user_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await show(ctx, user_id)


async def show(
    ctx: TenantCtx,
    user_id: uuid.UUID,
    *,
    status: int = 200,
    form: str = "",
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[bytes]:
    """``form`` is the one of the page's forms that was refused because of ``errors``."""
    async with ctx.read() as tx:
        user = await user_detail(ctx, tx, user_id)
        labels = await role_labels(ctx, tx)
    _ = gettext_for(ctx.locale, "core")
    return await page(
        ctx,
        "core/admin/people/user.html",
        status=status,
        slots={Slot.ADMIN_USER_SECTION: _subject(user)},
        user=user,
        labels=labels,
        held=[role.id for role in user.roles],
        states={key: _(text) for key, text in STATES.items()},
        action=f"{LIST}/{user_id}",
        may_manage=ctx.actor.can(MANAGE) and user.state != "erased",
        is_self=user_id == ctx.actor.user_id,
        acts={line.act: act_label(ctx, line.act) for line in user.audit},
        form=form,
        errors=errors or {},
        typed=typed or {},
    )


def _subject(user: UserDetail) -> UserSubject:
    return UserSubject(user_id=user.id, display_name=user.display_name, email=user.email)


route_handlers: Final[list[ControllerRouterHandler]] = [users_page, export, user_detail_page]
