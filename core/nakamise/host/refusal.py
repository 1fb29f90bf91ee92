"""Why an installed plugin is not used. A refusal is data: the host starts without that plugin."""

from __future__ import annotations

import enum

import msgspec

from nakamise.errors import NakamiseError


class Why(enum.Enum):
    """The value is a msgid of the core's catalog."""

    DUPLICATE_ID = "Two packages claim this id."
    IMPORT_FAILED = "Its module could not be imported."
    NOT_A_MANIFEST = "Its entry point is not a manifest."
    WRONG_ID = "Its manifest has another id than its entry point."
    BAD_API = "Its API version cannot be read."
    API_TOO_NEW = "It needs a newer plugin API."
    API_TOO_OLD = "It was written for an older plugin API."
    MISSING_REQUIREMENT = "A plugin that it requires is not usable."
    MISSING_SERVICE = "No usable plugin provides a service that it requires."
    CYCLE = "It requires itself, through others."
    BROKEN_REFERENCE = "Something that its manifest names cannot be loaded."
    BAD_HOOKS = "Its hooks do not fit the contract."
    BAD_ROUTES = "Its routes cannot be mounted."
    NO_ACCESS = "A route does not say who may call it."
    UNKNOWN_PERMISSION = "A route names a permission that nobody declares."
    BAD_MIGRATIONS = "Its migrations are not a numbered series."
    BAD_SETTINGS = "Its settings have a field without a default or without a form control."


class Refused(msgspec.Struct, frozen=True):
    """``dist`` is the distribution ("" when unknown); ``detail`` is for its author."""

    id: str
    dist: str
    why: Why
    detail: str = ""


class PluginRefused(NakamiseError):
    """Raised by the judges of one plugin; discovery turns it into a ``Refused``."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why.value} {detail}")
        self.why = why
        self.detail = detail
