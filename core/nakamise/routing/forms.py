"""HTML forms into msgspec Structs: every fault at once, what was typed is kept."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from nakamise.errors import FieldError, Invalid
from nakamise.ui.i18n import N_

T = TypeVar("T", bound=msgspec.Struct)
_MESSAGES: Mapping[str, str] = {
    "missing": N_("Please fill this in."),
    "length_min": N_("Please enter at least %(n)s characters."),
    "length_max": N_("Please enter at most %(n)s characters."),
    "number": N_("Please enter a whole number."),
    "ge": N_("Please enter %(n)s or more."),
    "le": N_("Please enter %(n)s or less."),
    "other": N_("This value cannot be used."),
}


class Form(Generic[T]):
    """``value`` is the Struct, or None when ``errors`` has entries; ``raw`` is what was typed."""

    __slots__ = ("errors", "files", "raw", "value")

    def __init__(self, value: T | None, raw: Mapping[str, Any], errors: dict[str, FieldError]) -> None:
        self.value = value
        self.raw = raw
        self.errors = errors
        self.files: dict[str, list[UploadFile]] = {}

    def valid(self) -> T:
        """The Struct. Raises Invalid with every field's fault."""
        if self.value is None:
            raise Invalid(self.errors)
        return self.value


async def read_form(request: Request[Any, Any, Any], type_: type[T]) -> Form[T]:
    """Text fields are trimmed; an empty one counts as not given; repeated ones fill list fields."""
    data = await request.form()
    raw: dict[str, Any] = {}
    files: dict[str, list[UploadFile]] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(value)
        else:
            raw.setdefault(name, []).append(str(value).strip())
    form = fill(type_, raw)
    form.files = files
    return form


def fill(type_: type[T], raw: Mapping[str, list[str]]) -> Form[T]:
    """As ``read_form``, from texts by name that somebody read already."""
    values: dict[str, Any] = {}
    errors: dict[str, FieldError] = {}
    shown: dict[str, Any] = {}
    for field in _fields(type_):
        given = raw.get(field.encode_name, [])
        try:
            typed = _typed(field, given, shown)
            if typed is not msgspec.UNSET:
                values[field.name] = msgspec.convert(typed, field.type, strict=False)
            elif field.required:
                errors[field.encode_name] = FieldError(_MESSAGES["missing"])
        except msgspec.ValidationError as fault:
            errors[field.encode_name] = explain(str(fault))
    value = None if errors else _build(type_, values, errors)
    return Form(value, shown, errors)


@functools.lru_cache(maxsize=1024)
def _fields(type_: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Worked out once: it takes longer than all the rest."""
    return msgspec.structs.fields(type_)


def _build(type_: type[T], values: dict[str, Any], errors: dict[str, FieldError]) -> T | None:
    """A Struct may check across fields in ``__post_init__`` by raising Invalid."""
    try:
        return type_(**values)
    except Invalid as fault:
        errors.update(fault.fields)
        return None


def _typed(field: msgspec.structs.FieldInfo, given: list[str], shown: dict[str, Any]) -> Any:
    wanted = _without_none(field.type)
    if typing.get_origin(wanted) in (list, tuple, set, frozenset):
        kept = [text for text in given if text]
        shown[field.encode_name] = kept
        return kept
    text = given[-1] if given else ""
    shown[field.encode_name] = text
    if wanted is bool:
        return text.lower() in ("1", "on", "true", "yes")
    return text or msgspec.UNSET


def _without_none(type_: Any) -> Any:
    if typing.get_origin(type_) is typing.Annotated:
        type_ = typing.get_args(type_)[0]
    if typing.get_origin(type_) in (typing.Union, types.UnionType):
        rest = [part for part in typing.get_args(type_) if part is not type(None)]
        if len(rest) == 1:
            return _without_none(rest[0])
    return type_


def explain(fault: str) -> FieldError:
    """msgspec's English into ours; the shapes are held by a test."""
    bound = fault.split(" - ", maxsplit=1)[0].rsplit(" ", 1)[-1]
    if "of length >=" in fault:
        return FieldError(_MESSAGES["length_min"], n=bound)
    if "of length <=" in fault:
        return FieldError(_MESSAGES["length_max"], n=bound)
    if "`int` >=" in fault:
        return FieldError(_MESSAGES["ge"], n=bound)
    if "`int` <=" in fault:
        return FieldError(_MESSAGES["le"], n=bound)
    if "Expected `int" in fault:
        return FieldError(_MESSAGES["number"])
    return FieldError(_MESSAGES["other"])
