"""The form at a shop's notice. The notice's own page has it: ``catalog.pages``."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import TooMany
from nakamise.plugin import Ctx, anyone
from nakamise.web import gettext_for, read_form, see_other
from nakamise_shop.catalog.pages import AskForm, legal_page_of
from nakamise_shop.on_request import service
from nakamise_shop.on_request.schemas import AskNotice
from nakamise_shop.saying import say
from nakamise_shop.staff.text import fault_texts


@post("/shops/{slug:str}/legal", opt=anyone(), include_in_schema=False)
async def ask(request: Request[Any, Any, Any], ctx: Ctx, slug: FromPath[str]) -> Response[bytes]:
    """Answers 422 and 429 with the page and what was typed. Raises NotFound for a notice that keeps nothing."""
    form = await read_form(request, AskNotice)
    if form.value is None:
        shown = AskForm(dict(form.raw), fault_texts(ctx, form.errors))
        return await legal_page_of(ctx, slug, shown, status=422)
    try:
        await service.ask(ctx, slug, form.value)
    except TooMany as refused:
        shown = AskForm(dict(form.raw), {}, say(ctx, refused))
        return await legal_page_of(ctx, slug, shown, status=429)
    _ = gettext_for(ctx.locale, "shop")
    said = _("The answer is on its way to %(email)s. If it does not come, please look among unwanted mail and check the address.", email=form.value.email)  # fmt: skip
    # The form was sent with #ask, which browsers keep: what is said stands at the top.
    return see_other(ctx, f"/shop/shops/{slug}/legal#main", flash=said)


route_handlers: Final[list[ControllerRouterHandler]] = [ask]
