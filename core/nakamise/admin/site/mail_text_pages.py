"""Pages for the words of mails: list, editor with preview, a mail to try, back to ours."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.admin.site import mail_texts
from nakamise.admin.site.legal_pages import LANGUAGES
from nakamise.errors import Invalid, NotFound, Problem
from nakamise.mail.wording import Wording, faults, fill, owner_of
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.plugin.mail_texts import MailText
from nakamise.routing.forms import read_form
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other
from nakamise.ui.views import NavLink

PATH: Final = "/admin/mail-texts"
MANAGE: Final = requires("core.pages.manage")
AnyRequest = Request[Any, Any, Any]


@get(PATH, opt=MANAGE, include_in_schema=False)
async def mail_text_list(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await mail_texts.lines(ctx, tx)
    return await page(ctx, "core/admin/site/mail_texts.html", texts=found, languages=LANGUAGES)


@get(f"{PATH}/{{text_id:str}}", opt=MANAGE, include_in_schema=False)
async def edit_mail_text(ctx: Ctx, text_id: FromPath[str], lang: FromQuery[str] = "ja") -> Response[bytes]:
    return await _editor(ctx, mail_texts.find(ctx, text_id), lang)


class Typed(msgspec.Struct, forbid_unknown_fields=True):
    subject: str = ""
    body: str = ""
    revision: int = 0
    act: str = "save"


@post(f"{PATH}/{{text_id:str}}", opt=MANAGE, include_in_schema=False)
async def change_mail_text(
    ctx: Ctx, text_id: FromPath[str], request: AnyRequest, lang: FromQuery[str] = "ja"
) -> Response[bytes]:
    """``act``: save, preview (nothing is saved), or test (to whoever asks; nothing is saved)."""
    text = mail_texts.find(ctx, text_id)
    typed = (await read_form(request, Typed)).valid()
    _ = gettext_for(ctx.locale, "core")
    try:
        if typed.act == "preview":
            return await _editor(ctx, text, lang, typed=typed)
        if typed.act == "test":
            address = await mail_texts.send_test(ctx, text, _known(lang), typed.subject, typed.body)
            told = _("A test went to %(address)s. Nothing is saved yet.", address=address)
            return await _editor(ctx, text, lang, typed=typed, told=told)
        await mail_texts.save(ctx, text, _known(lang), typed.subject, typed.body, typed.revision)
    except Invalid as invalid:
        errors = {name: _(fault.message, **fault.params) for name, fault in invalid.fields.items()}
        return await _editor(ctx, text, lang, typed=typed, errors=errors, status=422)
    except Problem as late:
        return await _editor(ctx, text, lang, typed=typed, late=_(late.message), status=late.status)
    return see_other(ctx, f"{PATH}/{text_id}?lang={lang}", flash=_("Saved. The next mails use these words."))


@post(f"{PATH}/{{text_id:str}}/reset", opt=MANAGE, include_in_schema=False)
async def reset_mail_text(ctx: Ctx, text_id: FromPath[str], lang: FromQuery[str] = "ja") -> Response[bytes]:
    await mail_texts.reset(ctx, mail_texts.find(ctx, text_id), _known(lang))
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, f"{PATH}/{text_id}?lang={lang}", flash=_("This mail has the standard words again."))


def _known(lang: str) -> str:
    if lang not in LANGUAGES:
        raise NotFound
    return lang


async def _editor(
    ctx: TenantCtx,
    text: MailText,
    lang: str,
    *,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    told: str = "",
    late: str = "",
    status: int = 200,
) -> Response[bytes]:
    async with ctx.read() as tx:
        stored = await mail_texts.wording(tx, text, _known(lang))
    shown = Wording(typed.subject, typed.body) if typed else stored
    _ = gettext_for(ctx.locale, owner_of(text))
    samples = mail_texts.samples(ctx, text)
    return await page(
        ctx,
        "core/admin/site/mail_text.html",
        status=status,
        text_id=text.id,
        label=mail_texts.label_of(ctx, text),
        lang=lang,
        shown=shown,
        stored=stored,
        preview=None if faults(text, shown.subject, shown.body) else fill(shown, samples),
        values=[
            (f"{{{name}}}", _(label), samples[name], name in text.required)
            for name, label in text.variables.items()
        ],
        errors=errors or {},
        told=told,
        late=late,
        tabs=[
            NavLink(name, f"{PATH}/{text.id}?lang={code}", current=code == lang)
            for code, name in LANGUAGES.items()
        ],
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    mail_text_list,
    edit_mail_text,
    change_mail_text,
    reset_mail_text,
]
