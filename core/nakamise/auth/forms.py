"""What forms and JSON bodies of signing in and out hold."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from nakamise.errors import FieldError
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import gettext_for


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    email: str
    password: str


class LoginForm(msgspec.Struct):
    """Empty is as wrong as any other value: the answer is the same."""

    email: str = ""
    password: str = ""
    next: str = ""


class CodeForm(msgspec.Struct):
    code: str = ""


class CodeStep(msgspec.Struct, forbid_unknown_fields=True):
    challenge: str
    code: str


class RefreshBody(msgspec.Struct, forbid_unknown_fields=True):
    refresh_token: str


class Address(msgspec.Struct, forbid_unknown_fields=True):
    """An e-mail address to write to, and the local path to come back to."""

    email: str
    next: str = ""


class Link(msgspec.Struct, forbid_unknown_fields=True):
    """The token of a link in a mail."""

    token: str


def fault_texts(ctx: TenantCtx, faults: Mapping[str, FieldError]) -> dict[str, str]:
    """Field name to sentence, in the page's language."""
    return {
        name: gettext_for(ctx.locale, fault.domain)(fault.message, **fault.params)
        for name, fault in faults.items()
    }
