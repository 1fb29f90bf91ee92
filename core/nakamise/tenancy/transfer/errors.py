"""Why a tenant cannot be moved."""

from __future__ import annotations

from nakamise.errors import NakamiseError


class TransferError(NakamiseError):
    """The message says what and what to do."""


class ArchiveDamaged(TransferError):
    """The file is not what was written; nothing of it was used."""


class ArchiveRefused(TransferError):
    """This installation cannot take the archive as it is."""


class PassphraseWrong(TransferError):
    """The secrets in the archive do not open."""
