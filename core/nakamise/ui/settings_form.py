"""A form out of a plugin's settings Struct, and what was typed back into values.

Labels and hints are ``msgspec.Meta(title=…, description=…)``, msgids of the plugin's catalog. The values of
enums are msgids too, or ``Meta(extra={"labels": {value: msgid}})`` gives them.
``Meta(extra={"secret": True})`` masks a field: its value never reaches a page, and leaving it empty keeps it.
``Meta(extra={"long": True})`` asks for several lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import inspect

from nakamise.ui.i18n import gettext_for

Kind = Literal["switch", "number", "text", "long", "lines", "select", "secret"]
LONG_FROM: Final = 200


class SettingField(msgspec.Struct, frozen=True, kw_only=True):
    """One control. ``minimum`` and ``maximum`` bound a number; ``choices`` are pairs (value, label)."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    choices: Sequence[tuple[str, str]] = ()
    minimum: int | None = None
    maximum: int | None = None
    length_min: int | None = None
    length_max: int | None = None


class NoControl(TypeError):
    """A field's type has no form control."""


def fields_of(type_: type[msgspec.Struct], locale: str = "en", domain: str = "core") -> list[SettingField]:
    """Raises NoControl."""
    found = inspect.type_info(type_)
    if not isinstance(found, inspect.StructType):
        raise NoControl(f"{type_} is not a Struct")
    return [_field(field.encode_name, field.type, locale, domain) for field in found.fields]


def _field(name: str, type_: inspect.Type, locale: str, domain: str) -> SettingField:
    schema: Mapping[str, Any] = {}
    extra: Mapping[str, Any] = {}
    while isinstance(type_, inspect.Metadata):
        schema = {**(type_.extra_json_schema or {}), **schema}
        extra = {**(type_.extra or {}), **extra}
        type_ = type_.type
    _ = gettext_for(locale, domain)
    label = _(str(schema.get("title") or name.replace("_", " ").capitalize()))
    hint = _(str(schema["description"])) if schema.get("description") else ""
    return SettingField(name=name, label=label, hint=hint, **_control(name, type_, extra, _))


def _control(name: str, type_: inspect.Type, extra: Mapping[str, Any], _: Any) -> dict[str, Any]:
    match type_:
        case inspect.BoolType():
            return {"kind": "switch"}
        case inspect.IntType():
            return {"kind": "number", "minimum": type_.ge, "maximum": type_.le}
        case inspect.EnumType():
            return {"kind": "select", "choices": _choices([one.value for one in type_.cls], extra, _)}
        case inspect.LiteralType():
            return {"kind": "select", "choices": _choices(type_.values, extra, _)}
        case inspect.StrType():
            return {
                "kind": _text(type_, extra),
                "length_min": type_.min_length,
                "length_max": type_.max_length,
            }
        case inspect.ListType() if isinstance(_bare(type_.item_type), inspect.StrType):
            return {"kind": "lines"}
    raise NoControl(f"{name}: no form control for {type_!r}")


def _choices(values: Iterable[Any], extra: Mapping[str, Any], _: Any) -> list[tuple[str, str]]:
    labels: Mapping[str, str] = extra.get("labels", {})
    return [(str(value), _(labels.get(str(value), str(value)))) for value in values]


def _bare(type_: inspect.Type) -> inspect.Type:
    return _bare(type_.type) if isinstance(type_, inspect.Metadata) else type_


def _text(type_: inspect.StrType, extra: Mapping[str, Any]) -> Kind:
    if extra.get("secret"):
        return "secret"
    return "long" if extra.get("long") or (type_.max_length or 0) >= LONG_FROM else "text"


def shown(settings: msgspec.Struct, fields: Sequence[SettingField]) -> dict[str, Any]:
    """What the controls show: text for everything but switches, nothing for secrets."""
    values = msgspec.to_builtins(settings)
    return {field.name: _show(field, values[field.name]) for field in fields}


def _show(field: SettingField, value: Any) -> Any:
    if field.kind == "switch":
        return bool(value)
    if field.kind == "secret":
        return ""
    return "\n".join(value) if field.kind == "lines" else str(value)


def retyped(fields: Sequence[SettingField], raw: Mapping[str, str]) -> dict[str, Any]:
    """What the controls show after a refusal: what was typed, but no secret."""
    given = {field.name: raw.get(field.name, "") for field in fields if field.kind != "secret"}
    return {
        field.name: given.get(field.name, "") == "1" if field.kind == "switch" else given.get(field.name, "")
        for field in fields
    }


def masked(settings: msgspec.Struct) -> dict[str, Any]:
    """For the API: secrets are None."""
    values = msgspec.to_builtins(settings)
    return {**values, **dict.fromkeys(_secrets(type(settings)))}


def unmasked(stored: msgspec.Struct, given: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse: secrets that are None or left out keep their value."""
    values = msgspec.to_builtins(stored)
    kept = {name: values[name] for name in _secrets(type(stored)) if given.get(name) is None}
    return {**given, **kept}


def _secrets(type_: type[msgspec.Struct]) -> list[str]:
    return [field.name for field in fields_of(type_) if field.kind == "secret"]


def typed(
    fields: Sequence[SettingField], raw: Mapping[str, str], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """Form text as JSON values for ``plugin_settings.parse``; what is no number stays text, for it to refuse."""
    return {field.name: _typed(field, raw.get(field.name, "").strip(), stored) for field in fields}


def _typed(field: SettingField, text: str, stored: Mapping[str, Any]) -> Any:
    match field.kind:
        case "switch":
            return text == "1"
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "number":
            return int(text) if text.removeprefix("-").isdecimal() else text
        case "secret" if not text:
            return stored.get(field.name, "")
    return text
