"""A tenant's own words for mails, else ours: ``{number}`` stands where a value goes."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import FieldError
from nakamise.plugin.mail_texts import MailText, MailWords
from nakamise.ui.i18n import N_, gettext_for

if TYPE_CHECKING:
    from nakamise.plugin.context import TenantCtx

log: Final = logging.getLogger("nakamise.mail")
SUBJECT_MAX: Final = 200
BODY_MAX: Final = 5_000
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_OURS: Final = re.compile(r"%\((\w+)\)s")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*\n\s*")


class Wording(msgspec.Struct, frozen=True):
    """``body``: paragraphs with blank lines between them. ``revision`` 0: ours, never changed here."""

    subject: str
    body: str
    revision: int = 0
    changed_at: datetime | None = None
    actor_name: str = ""


def owner_of(text: MailText) -> str:
    return text.id.partition(".")[0]


def standard(text: MailText, locale: str) -> Wording:
    """Ours, as a tenant would type it."""
    _ = gettext_for(locale, owner_of(text))
    subject, *body = (_OURS.sub(r"{\1}", _(msgid)) for msgid in (text.subject, *text.paragraphs))
    return Wording(subject, "\n\n".join(body))


async def stored(tx: Tx, text_id: str, locale: str) -> Wording | None:
    return await tx.first(
        Wording,
        "SELECT subject, body, revision, changed_at, actor_name FROM core_mail_text"
        " WHERE id = $1 AND locale = $2",
        text_id,
        locale,
    )


def fill(wording: Wording, values: Mapping[str, str]) -> MailWords:
    """Each value once, so that a value which looks like a place stays what it is. Raises KeyError."""

    def filled(words: str) -> str:
        return _PLACE.sub(lambda found: values[found[1]], words).strip()

    paragraphs = (filled(paragraph) for paragraph in _BLANK_LINES.split(wording.body))
    return MailWords(" ".join(filled(wording.subject).split()), [one for one in paragraphs if one])


async def words_of(ctx: TenantCtx, tx: Tx, text_id: str, values: Mapping[str, str]) -> MailWords:
    """In the language of ``ctx``. Raises LookupError for a text that no plugin declares which is on here, and for a
    value that is missing."""
    text = ctx.runtime.host.mail_text(text_id, ctx.tenant.plugins)
    if text is None:
        raise LookupError(f"no mail text {text_id!r} is on here")
    if missing := set(text.variables) - set(values):
        raise LookupError(f"{text_id}: no value for {sorted(missing)}")
    own = await stored(tx, text_id, ctx.locale)
    if own is not None and faults(text, own.subject, own.body):
        # The plugin has other values since it was written: a mail with our words is better than none.
        log.warning("%s: the tenant's words do not fit its values any more", text_id)
        own = None
    return fill(own or standard(text, ctx.locale), values)


def faults(text: MailText, subject: str, body: str) -> dict[str, FieldError]:
    """What speaks against a tenant's words, by field."""
    found = {"subject": _fault(text, subject, SUBJECT_MAX), "body": _fault(text, body, BODY_MAX)}
    if "\n" in subject.strip():
        found["subject"] = FieldError(N_("Write the subject in one line."))
    used = set(_PLACE.findall(subject)) | set(_PLACE.findall(body))
    if missing := [name for name in text.required if name not in used]:
        found["body"] = found["body"] or FieldError(
            N_("%(place)s is missing: the reader needs it."), place=f"{{{missing[0]}}}"
        )
    return {name: fault for name, fault in found.items() if fault is not None}


def _fault(text: MailText, words: str, most: int) -> FieldError | None:
    if not words.strip():
        return FieldError(N_("Please fill this in."))
    if len(words) > most:
        return FieldError(N_("Please enter at most %(n)s characters."), n=most)
    if unknown := [name for name in _PLACE.findall(words) if name not in text.variables]:
        return FieldError(
            N_("There is no value %(place)s. Choose one of the list."), place=f"{{{unknown[0]}}}"
        )
    if "{" in (rest := _PLACE.sub("", words)) or "}" in rest:
        return FieldError(N_("A brace stands alone. Write values as {name}."))
    return None
