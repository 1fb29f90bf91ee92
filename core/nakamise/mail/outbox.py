"""Mails are written in the business transaction and sent by a job: what rolls back is never sent.

Sending is at least once: a mail whose answer was lost goes out again with the same Message-ID.
Without an SMTP server (the demo) mails stay here, where /dev/mail shows them.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

import msgspec
from jinja2 import FileSystemLoader, PrefixLoader

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.mail.boxes import mail_boxes
from nakamise.mail.errors import MailRefused, MailTryLater
from nakamise.mail.message import Mail
from nakamise.mail.mime import mail_address
from nakamise.mail.smtp import SmtpMailer
from nakamise.mail.template import MailBrand, MailTemplates
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.jobs import Job
from nakamise.settings import Settings
from nakamise.ui.color import to_hex
from nakamise.ui.i18n import CORE, gettext_for
from nakamise.ui.shell import brand_of
from nakamise.ui.theme import build_ramp

if TYPE_CHECKING:
    from nakamise.jobs.queue import JobQueue

JOB: Final = "core.send_mail"


class SendMail(msgspec.Struct, frozen=True):
    """The job's payload: the row in core_mail."""

    mail_id: uuid.UUID


class _Waiting(msgspec.Struct, frozen=True):
    recipient: str
    subject: str
    text_body: str
    html_body: str
    unsubscribe: str


class MailOutbox:
    def __init__(self, jobs: JobQueue, settings: Settings) -> None:
        self._jobs = jobs
        self._mailer = SmtpMailer(settings.smtp_url) if settings.smtp_url else None
        self._keeps_bodies = settings.environment == "demo"
        self._templates: MailTemplates | None = None
        jobs.handler(JOB)(self.send)

    async def queue(
        self, ctx: TenantCtx, tx: Tx, template: str, to: str, *, unsubscribe: str = "", **data: object
    ) -> uuid.UUID:
        """Render ``template`` in the tenant's brand and the page's language, for ``to``; the mail's id.

        Templates: see ``nakamise.mail.template``; links are paths, made absolute on the tenant's own host.
        """
        templates, brand = self._templates_for(ctx), mail_brand(ctx)
        rendered = templates.render(
            template, brand, data, await mail_boxes(ctx, tx, templates, brand, template)
        )
        mail_id = uuid7()
        await tx.execute(
            "INSERT INTO core_mail (id, created_at, recipient, subject, text_body, html_body, unsubscribe)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            mail_id,
            ctx.now(),
            to,
            rendered.subject,
            rendered.text,
            rendered.html,
            unsubscribe,
        )
        if self._mailer is not None:
            await self._jobs.enqueue(tx, JOB, SendMail(mail_id))
        return mail_id

    async def send(self, ctx: TenantCtx, payload: SendMail, job: Job) -> None:
        """The job. Raises MailTryLater, so that the queue tries again."""
        if self._mailer is None:
            return
        async with ctx.begin() as tx:
            waiting = await tx.first(
                _Waiting,
                "UPDATE core_mail SET attempts = attempts + 1 WHERE id = $1 AND state = 'waiting'"
                " RETURNING recipient, subject, text_body, html_body, unsubscribe",
                payload.mail_id,
            )
        if waiting is None:
            return
        try:
            await self._mailer.send(_mail(ctx, payload.mail_id, waiting))
        except MailRefused as error:
            await self._note(ctx, payload.mail_id, "failed", str(error))
        except MailTryLater as error:
            await self._note(ctx, payload.mail_id, "waiting", str(error))
            raise
        else:
            await self._note_sent(ctx, payload.mail_id)

    async def _note(self, ctx: TenantCtx, mail_id: uuid.UUID, state: str, error: str) -> None:
        async with ctx.begin() as tx:
            await tx.execute(
                "UPDATE core_mail SET state = $2, last_error = $3 WHERE id = $1 AND state = 'waiting'",
                mail_id,
                state,
                error[:500],
            )

    async def _note_sent(self, ctx: TenantCtx, mail_id: uuid.UUID) -> None:
        """In production the bodies go with it: they hold links that open accounts."""
        async with ctx.begin() as tx:
            await tx.execute(
                "UPDATE core_mail SET state = 'sent', sent_at = $2, last_error = '',"
                " text_body = CASE WHEN $3 THEN text_body ELSE '' END,"
                " html_body = CASE WHEN $3 THEN html_body ELSE '' END WHERE id = $1 AND state = 'waiting'",
                mail_id,
                ctx.now(),
                self._keeps_bodies,
            )

    def _templates_for(self, ctx: TenantCtx) -> MailTemplates:
        if self._templates is None:
            self._templates = MailTemplates(
                PrefixLoader(
                    {
                        source.owner: FileSystemLoader(source.templates / source.owner)
                        for source in ctx.runtime.renderer.sources
                        if source.templates is not None
                    }
                )
            )
        return self._templates


def mail_brand(ctx: TenantCtx) -> MailBrand:
    """The tenant's face in its mails."""
    _ = gettext_for(ctx.locale, CORE)
    brand = brand_of(ctx.tenant)
    ramp = build_ramp(brand, dark=False)
    return MailBrand(
        name=brand.name,
        base_url=ctx.runtime.directory.base_url(ctx.tenant),
        accent=to_hex(ramp["brand"]),
        on_accent=to_hex(ramp["on-brand"]),
        footer=(
            _("This mail was sent by %(name)s.", name=brand.name),
            _("This address cannot receive replies."),
        ),
        lang=ctx.locale,
    )


def _mail(ctx: TenantCtx, mail_id: uuid.UUID, waiting: _Waiting) -> Mail:
    host, brand = ctx.tenant.canonical_host.partition(":")[0], ctx.tenant.brand
    wanted = ctx.site.mail_sender_address or str(brand.get("mail_sender") or "")
    is_own = bool(wanted) and sends_as(ctx, wanted)
    return Mail(
        to=waiting.recipient,
        subject=waiting.subject,
        text=waiting.text_body,
        html=waiting.html_body or None,
        sender_name=ctx.site.mail_sender_name or str(brand.get("mail_name") or brand_of(ctx.tenant).name),
        sender_address=wanted if is_own else f"no-reply@{host}",
        reply_to=wanted if wanted and not is_own else None,
        headers={"Message-ID": f"<{mail_id}@{host}>"} | _unsubscribe(ctx, waiting.unsubscribe),
    )


def _unsubscribe(ctx: TenantCtx, path: str) -> dict[str, str]:
    """RFC 2369 and, for the one click in the reader's mail program, RFC 8058."""
    if not path:
        return {}
    return {
        "List-Unsubscribe": f"<{ctx.url(path)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def sends_as(ctx: TenantCtx, address: str) -> bool:
    """Whether ``address`` lies at a host that is served for this tenant: its own, or one that it has proved.

    From other domains mail would be refused as forged (RFC 7489); answers may go there all the same.
    """
    owner = ctx.runtime.directory.by_host(mail_address(address).domain.lower())
    return owner is not None and owner.id == ctx.tenant.id
