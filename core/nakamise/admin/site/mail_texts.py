"""A tenant's words for the mails of its plugins: list, save, go back to ours, try."""

from __future__ import annotations

import msgspec

from nakamise.db import Tx, save_revision
from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.mail.wording import Wording, faults, fill, owner_of, standard, stored
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.mail_texts import MailText
from nakamise.ui.i18n import N_, gettext_for


class TextLine(msgspec.Struct, frozen=True):
    """One kind of mail in the list; ``changed`` are the languages in which the tenant has words of its own."""

    id: str
    label: str
    plugin: str
    subject: str
    changed: list[str]


def find(ctx: TenantCtx, text_id: str) -> MailText:
    """Raises NotFound."""
    text = ctx.runtime.host.mail_text(text_id, ctx.tenant.plugins)
    if text is None:
        raise NotFound
    return text


async def lines(ctx: TenantCtx, tx: Tx) -> list[TextLine]:
    rows = await tx.all(_Row, "SELECT id, locale, subject FROM core_mail_text ORDER BY locale")
    own = {(row.id, row.locale): row.subject for row in rows}
    return [
        TextLine(
            text.id,
            label_of(ctx, text),
            gettext_for(ctx.locale, owner_of(text))(ctx.runtime.host.manifest(owner_of(text)).title),
            own.get((text.id, ctx.locale), standard(text, ctx.locale).subject),
            [locale for id_, locale in own if id_ == text.id],
        )
        for text in ctx.runtime.host.mail_texts(ctx.tenant.plugins)
    ]


class _Row(msgspec.Struct, frozen=True):
    id: str
    locale: str
    subject: str


def label_of(ctx: TenantCtx, text: MailText) -> str:
    return gettext_for(ctx.locale, owner_of(text))(text.label)


async def wording(tx: Tx, text: MailText, locale: str) -> Wording:
    """The tenant's, else ours with revision 0."""
    return await stored(tx, text.id, locale) or standard(text, locale)


def samples(ctx: TenantCtx, text: MailText) -> dict[str, str]:
    _ = gettext_for(ctx.locale, owner_of(text))
    return {name: _(sample) for name, sample in text.samples.items()}


async def save(ctx: TenantCtx, text: MailText, locale: str, subject: str, body: str, revision: int) -> None:
    """Raises Invalid, and Conflict when somebody else saved since ``revision``."""
    body = body.replace("\r\n", "\n").strip()
    if found := faults(text, subject, body):
        raise Invalid(found)
    late = Conflict(N_("Somebody else saved this text meanwhile."), code="changed_meanwhile")
    async with ctx.begin() as tx:
        await save_revision(
            tx,
            late,
            "core_mail_text",
            {"id": text.id, "locale": locale},
            {
                "subject": subject.strip(),
                "body": body,
                "changed_at": ctx.now(),
                "actor_name": ctx.actor.display_name,
            },
            revision,
        )
        await ctx.audit(tx, "core.mail_text.saved", text.id, language=locale)


async def reset(ctx: TenantCtx, text: MailText, locale: str) -> None:
    """Back to ours."""
    async with ctx.begin() as tx:
        await tx.execute("DELETE FROM core_mail_text WHERE id = $1 AND locale = $2", text.id, locale)
        await ctx.audit(tx, "core.mail_text.reset", text.id, language=locale)


async def send_test(ctx: TenantCtx, text: MailText, locale: str, subject: str, body: str) -> str:
    """To whoever asks, with the samples; the address. Raises Invalid."""
    if found := faults(text, subject, body):
        raise Invalid(found)
    words = fill(Wording(subject, body.replace("\r\n", "\n")), samples(ctx, text))
    _ = gettext_for(locale, "core")
    async with ctx.begin() as tx:
        await ctx.send_mail(
            tx,
            "mail/notice",
            ctx.actor.email,
            locale=locale,
            subject=_("[Test] %(subject)s", subject=words.subject),
            paragraphs=words.paragraphs,
            facts=[],
            action=None,
        )
    return ctx.actor.email
