"""What people type into forms, as the values of a Struct; and what an act on them was refused for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, Problem
from nakamise.plugin.context import TenantCtx
from nakamise.routing.forms import explain
from nakamise.ui.formats import local_time
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import see_other

T = TypeVar("T")
G = TypeVar("G")
Typable = TypeVar("Typable", bound=msgspec.Struct)
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_BESIDE_DIGITS: Final = re.compile(r"[\s,¥￥%]")


class Typed:
    """Collects values by field, and every fault at once. Moments are wall time in ``zone``; numbers may have
    separators and signs of money; an empty text is not given."""

    def __init__(self, zone: ZoneInfo, **values: object) -> None:
        self._zone = zone
        self._values: dict[str, object] = dict(values)
        self.errors: dict[str, FieldError] = {}

    def value(self, name: str, value: object) -> None:
        self._values[name] = value

    def number(self, name: str, text: str) -> None:
        digits = _BESIDE_DIGITS.sub("", text)
        if not digits:
            return
        if not re.fullmatch(r"\d{1,12}", digits):
            self.errors[name] = FieldError(N_("Please enter a whole number."))
            return
        self._values[name] = int(digits)

    def moment(self, name: str, text: str, *, second: int = 0) -> None:
        """What ``<input type="datetime-local">`` sends; ``second`` counts where none was typed."""
        if not text:
            return
        try:
            at = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
        except ValueError:
            at = None
        if at is None:
            self.errors[name] = FieldError(N_("Please enter a date and a time."))
            return
        self._values[name] = (at if len(text) > 16 else at.replace(second=second)).replace(tzinfo=self._zone)

    def build(self, type_: type[Typable]) -> Typable | None:
        """None when ``errors`` has entries."""
        kinds = {field.encode_name: field.type for field in msgspec.structs.fields(type_)}
        for name, value in self._values.items():
            try:
                msgspec.convert(value, kinds[name])
            except msgspec.ValidationError as fault:
                self.errors.setdefault(name, explain(str(fault)))
        return None if self.errors else msgspec.convert(self._values, type_)


def wall(at: datetime | None, zone: ZoneInfo) -> str:
    """As ``<input type="datetime-local">`` has it, to the second; "" for None."""
    return f"{local_time(at, zone.key):%Y-%m-%dT%H:%M:%S}" if at else ""


class Refused(msgspec.Struct, frozen=True):
    """Why an act was not done: what is wrong by field, and the status of the page that says so."""

    status: int
    errors: dict[str, FieldError]

    def texts(self, ctx: TenantCtx) -> dict[str, str]:
        """What is wrong by field, in the reader's language."""
        return {name: said(ctx, one) for name, one in self.errors.items()}


async def tried(
    ctx: TenantCtx, act: Callable[[Tx], Awaitable[T]], *, stale: str | None = None
) -> T | Refused:
    """What ``act`` gives in a transaction of its own, or its Invalid. With ``stale``, a Conflict is the fault of that
    field. Raises what else ``act`` raises."""
    try:
        async with ctx.begin() as tx:
            return await act(tx)
    except Invalid as fault:
        return Refused(422, dict(fault.fields))
    except Conflict as fault:
        if stale is None:
            raise
        return Refused(409, {stale: FieldError(fault.message, domain=fault.domain, **fault.params)})


async def tried_with(
    ctx: TenantCtx,
    typed: tuple[G | None, dict[str, FieldError]],
    act: Callable[[Tx, G], Awaitable[T]],
    *,
    stale: str | None = None,
) -> T | Refused:
    """`tried` with what was ``typed``; where that is wrong (None, and what by field), nothing is done."""
    given, errors = typed
    if given is None:
        return Refused(422, errors)
    return await tried(ctx, lambda tx: act(tx, given), stale=stale)


async def acted(
    ctx: TenantCtx, back: str, act: Callable[[Tx], Awaitable[object]], done: str
) -> Response[bytes]:
    """After a button: ``act`` in a transaction of its own, then the page ``back`` with the sentence ``done``, or with
    that of a Conflict. Raises what else ``act`` raises."""
    try:
        async with ctx.begin() as tx:
            await act(tx)
    except Conflict as refused:
        return see_other(ctx, back, flash=said(ctx, refused), kind="danger")
    return see_other(ctx, back, flash=done)


def said(ctx: TenantCtx, refusal: Problem | FieldError) -> str:
    """In the words of whoever refused, which may be another plugin."""
    return gettext_for(ctx.locale, refusal.domain)(refusal.message, **refusal.params)
