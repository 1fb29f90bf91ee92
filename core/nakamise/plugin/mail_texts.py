"""The words of the mails that a plugin sends, which a tenant may put into its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

_PLACE: Final = re.compile(r"%\((\w+)\)s")


class MailText(msgspec.Struct, frozen=True, kw_only=True):
    """Subject and paragraphs of one kind of mail; what a mail lists besides (lines, amounts, links) stays as it is.

    ``id`` starts with the plugin's id. ``label``, ``subject`` and each paragraph are msgids; these name their
    values as ``%(number)s``. ``variables``: name → label (a msgid); ``samples``: name → an example for the
    preview. A tenant's words must use those in ``required``, in the subject or below it.
    """

    id: str
    label: str
    subject: str
    paragraphs: tuple[str, ...]
    variables: Mapping[str, str]
    samples: Mapping[str, str]
    required: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError when names of values do not agree."""
        used = {name for text in (self.subject, *self.paragraphs) for name in _PLACE.findall(text)}
        known = set(self.variables)
        if used - known or set(self.required) - used or known != set(self.samples):
            raise ValueError(f"{self.id}: variables, samples, required ones and those in the words differ")


class MailWords(msgspec.Struct, frozen=True):
    """Ready to send: a subject of one line, and paragraphs of plain text."""

    subject: str
    paragraphs: list[str]
