"""Refusals in the user's language."""

from __future__ import annotations

from collections.abc import Mapping

from nakamise.errors import FieldError, Problem
from nakamise.plugin import TenantCtx
from nakamise.web import gettext_for


def say(ctx: TenantCtx, refusal: Problem | FieldError) -> str:
    """In the words of whoever refused, which may be another plugin."""
    return str(gettext_for(ctx.locale, refusal.domain)(refusal.message, **refusal.params))


def texts(ctx: TenantCtx, fields: Mapping[str, FieldError]) -> dict[str, str]:
    return {name: say(ctx, fault) for name, fault in fields.items()}
