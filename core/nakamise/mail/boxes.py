"""What plugins add to the foot of a mail: the slot mail.footer."""

from __future__ import annotations

import logging
from typing import Final

from jinja2 import TemplateError

from nakamise.contracts.ui import MailSubject
from nakamise.db import Tx
from nakamise.host.attribution import attributed_to
from nakamise.mail.template import MailBox, MailBrand, MailTemplates
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.slots import Slot
from nakamise.ui.slots import BOXES_MAX, box_data

log: Final = logging.getLogger("nakamise.plugins")


async def mail_boxes(
    ctx: TenantCtx, tx: Tx, templates: MailTemplates, brand: MailBrand, mail: str
) -> list[MailBox]:
    """By weight. A box that fails is missing; the mail is not."""
    items = ctx.runtime.host.slot_items(ctx.tenant.plugins, Slot.MAIL_FOOTER)[:BOXES_MAX]
    if not items:
        return []
    subject = MailSubject(template=mail, locale=ctx.locale)
    data = await box_data(ctx, tx, Slot.MAIL_FOOTER, subject, frozenset(owner for owner, _ in items))
    found = []
    for owner, item in items:
        if owner not in data:
            continue
        with attributed_to(owner):
            try:
                values = {**data[owner], "subject": subject}
                found.append(templates.box(item.template.removesuffix(".html"), brand, values))
            except (TemplateError, TypeError, ValueError, LookupError, AttributeError):
                log.exception("box %s failed, plugin=%s", item.template, owner, extra={"plugin": owner})
    return found
