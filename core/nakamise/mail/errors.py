"""How sending fails. A queue drops a MailRefused and tries a MailTryLater again."""

from __future__ import annotations

from nakamise.errors import NakamiseError


class MailRefused(NakamiseError):
    """For good: the same mail will never be taken. ``code`` is the server's SMTP code, if it gave one."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


class BadMail(MailRefused):
    """The mail itself cannot be written down (a line break in a header, no valid address)."""


class MailTryLater(NakamiseError):
    """Not now. The server may nevertheless have taken the mail when the connection broke at its very end:
    a second try then delivers twice, with the same Message-ID if the caller gave one."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code
