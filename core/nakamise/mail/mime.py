"""A mail as bytes: RFC 5322 (format), 2047 (encoded words), 2045 (bodies), 3834 §5 (Auto-Submitted)."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import Any, Final

import idna

from nakamise.mail.errors import BadMail
from nakamise.mail.message import Mail, new_message_id

# The older message classes on purpose: the newer ones lose spaces between encoded words when they fold.
_LINE_MAX: Final = 76  # RFC 2047 §2, for lines with encoded words
_POLICY: Final = policy.compat32.clone(linesep="\r\n", max_line_length=_LINE_MAX)
_HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}")
# What this module writes itself, or what would send the mail elsewhere.
_RESERVED: Final = frozenset(
    {
        "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "return-path",
        "mime-version", "content-type", "content-transfer-encoding",
    }
)  # fmt: skip
_LINE_SEPARATORS: Final = "\u2028\u2029"


def mime_bytes(mail: Mail, at: datetime) -> bytes:
    """``at`` (aware) becomes Date. Raises BadMail."""
    sender = mail_address(mail.sender_address)
    headers = {
        "Message-ID": new_message_id(sender.domain),
        "Auto-Submitted": "auto-generated",
        **_extra_headers(mail.headers),
    }
    message: Message[Header | str, Header | str] = _body(mail)
    message["From"] = _mailbox(mail.sender_name, sender)
    message["To"] = mail_address(mail.to).addr_spec
    if mail.reply_to is not None:
        message["Reply-To"] = mail_address(mail.reply_to).addr_spec
    message["Subject"] = _words("Subject", mail.subject)
    message["Date"] = format_datetime(at)
    for name, value in headers.items():
        message[name] = value
    return message.as_bytes(policy=_POLICY)


def mail_address(text: str) -> Address:
    """Exactly one address, in ASCII (an international domain in its IDNA form). Raises BadMail."""
    _one_line("address", text)
    local, at, domain = text.strip().rpartition("@")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
        address = Address(addr_spec=f"{local}@{ascii_domain}")
    except (MessageError, ValueError, IndexError) as error:
        raise BadMail(f"not a mail address: {text!r}") from error
    if not at or not address.username or not address.addr_spec.isascii():
        raise BadMail(f"not a mail address that every server takes: {text!r}")
    return address


def _body(mail: Mail) -> Any:
    text = MIMEText(mail.text, "plain", "utf-8")
    if mail.html is None:
        return text
    # The last part is the one a reader prefers (RFC 2046 §5.1.4).
    return MIMEMultipart("alternative", _subparts=[text, MIMEText(mail.html, "html", "utf-8")])


def _mailbox(name: str, address: Address) -> Header:
    header = _words("From", name)
    header.append(f"<{address.addr_spec}>", "us-ascii")
    return header


def _words(header: str, text: str) -> Header:
    """Always encoded words, also for ASCII: a name or subject then needs no quoting rules."""
    return Header(_one_line(header, text), "utf-8", header_name=header)


def _extra_headers(given: dict[str, str]) -> dict[str, str]:
    for name, value in given.items():
        if _HEADER_NAME.fullmatch(name) is None or name.lower() in _RESERVED:
            raise BadMail(f"not a header to set: {name!r}")
        if not _one_line(name, value).isascii():
            raise BadMail(f"the header {name} holds more than ASCII")
    return {name.title().replace("-Id", "-ID"): value for name, value in given.items()}


def _one_line(what: str, value: str) -> str:
    """A line break in a header would start another header (CWE-93)."""
    if any(unicodedata.category(char) in ("Cc", "Cs") or char in _LINE_SEPARATORS for char in value):
        raise BadMail(f"a control character or line break in the {what}")
    return value
