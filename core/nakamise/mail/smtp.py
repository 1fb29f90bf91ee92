"""Sending by SMTP."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import msgspec

from nakamise.clock import Clock, SystemClock
from nakamise.mail.errors import MailRefused, MailTryLater
from nakamise.mail.message import Mail
from nakamise.mail.mime import mail_address, mime_bytes

_DEFAULT_PORTS: Final = {"smtp": 25, "smtps": 465}
_STARTTLS_PORT: Final = 587


class SmtpServer(msgspec.Struct, frozen=True):
    """``tls`` from the first byte (smtps), ``starttls`` required after it; neither means plain text."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    starttls: bool

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


def parse_smtp_url(url: str) -> SmtpServer:
    """``smtp://user:password@host:port?starttls=1`` or ``smtps://…``; user and password percent-encoded.

    Raises ValueError, whose text never holds the password; also for a password that would travel in plain
    text to another machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("an SMTP URL looks like smtp://user:password@host:587?starttls=1 or smtps://…")
    starttls = parse_qs(parts.query).get("starttls") == ["1"]
    tls = parts.scheme == "smtps"
    if tls and starttls:
        raise ValueError("smtps:// is encrypted from the start: leave starttls out")
    if parts.username and not (tls or starttls or _is_loopback(parts.hostname)):
        raise ValueError("a password needs smtps:// or ?starttls=1")
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or (_STARTTLS_PORT if starttls else _DEFAULT_PORTS[parts.scheme]),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
        starttls=starttls,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class SmtpMailer:
    """A connection for each mail; ``timeout_s`` bounds the whole conversation."""

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float = 30.0,
        tls_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._server = parse_smtp_url(url)
        self._timeout_s = timeout_s
        self._tls_context = tls_context
        self._clock = clock or SystemClock()

    async def send(self, mail: Mail) -> None:
        data = mime_bytes(mail, self._clock.now())
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._deliver(mail, data)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            raise _verdict(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # TimeoutError is an OSError; so is a refused certificate.
            raise MailTryLater(f"{type(error).__name__}: {error}") from error

    async def _deliver(self, mail: Mail, data: bytes) -> None:
        sender = mail_address(mail.sender_address)
        server = self._server
        await aiosmtplib.send(
            data,
            sender=sender.addr_spec,
            recipients=[mail_address(mail.to).addr_spec],
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.tls,
            start_tls=server.starttls,
            tls_context=self._tls_context,
            # The name in EHLO ends up in Received headers: the tenant's, not this machine's.
            local_hostname=sender.domain,
            timeout=self._timeout_s,
        )


def _verdict(
    error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPResponseException,
) -> MailRefused | MailTryLater:
    """5yz is for good (RFC 5321 §4.2.1), but only where the server judged this mail."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    reason = f"{error.code} {error.message}"
    about_the_mail = isinstance(
        error, aiosmtplib.SMTPSenderRefused | aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError
    )
    if about_the_mail and error.code >= 500:
        return MailRefused(reason, error.code)
    return MailTryLater(reason, error.code)
