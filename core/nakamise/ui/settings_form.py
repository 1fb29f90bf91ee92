"""Between a settings Struct and its form: what the controls show, and what was typed as JSON values.

Controls of a group are named ``<group>.<field>``, those of rows ``<rows>.<index>.<field>``; a hidden
``<rows>.#`` says how many rows were shown, and ``<rows>.<index>.-`` that one is to go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from nakamise.media import Media
from nakamise.ui.settings_fields import Kind, NoControl, SettingField, fields_of

__all__ = [
    "Kind",
    "NoControl",
    "SettingField",
    "blank_row",
    "fields_of",
    "label_at",
    "masked",
    "retyped",
    "shown",
    "typed",
    "unmasked",
]

Raw = Mapping[str, Sequence[str] | str]
"""Form values by name; a name that was sent once may stand for its only value."""
ROWS_MAX: Final = 50
_BASIS_POINTS: Final = 100
_PICTURE_PX: Final = 96


# --- out: Struct → controls -------------------------------------------------------------------------


def shown(settings: msgspec.Struct, fields: Sequence[SettingField]) -> dict[str, Any]:
    """What the controls show: text for most, True or False for switches, nothing for secrets."""
    return _shown(msgspec.to_builtins(settings), fields)


def _shown(values: Mapping[str, Any], fields: Sequence[SettingField]) -> dict[str, Any]:
    return {field.name: _show(field, values[field.name]) for field in fields}


def _show(field: SettingField, value: Any) -> Any:
    match field.kind:
        case "secret":
            return ""
        case "switch":
            return value
        case "picture":
            return msgspec.convert(value, Media).url(_PICTURE_PX) if value else None
        case "many":
            return [str(one) for one in value]
        case "lines":
            return "\n".join(value)
        case "group":
            return _shown(value, field.fields)
        case "rows":
            return [_shown(row, field.fields) for row in value]
        case "percent":
            return "" if value is None else format(Decimal(value) / _BASIS_POINTS, "f")
        case "datetime" | "time" if value is not None:
            # As browsers send it back.
            return str(value).removesuffix(":00") if str(value).count(":") == 2 else str(value)
    return "" if value is None else str(value)


def blank_row(field: SettingField) -> dict[str, Any]:
    """What the controls of a new row show: the defaults of its Struct, as far as it has them."""
    empty = retyped(field.fields, {})
    if field.type is None:
        return empty
    defaults = {one.encode_name: one for one in msgspec.structs.fields(field.type)}
    return {
        inner.name: _show(inner, msgspec.to_builtins(_default(defaults[inner.name])))
        if not defaults[inner.name].required
        else empty[inner.name]
        for inner in field.fields
    }


def _default(info: msgspec.structs.FieldInfo) -> Any:
    return info.default if info.default_factory is msgspec.NODEFAULT else info.default_factory()


def retyped(
    fields: Sequence[SettingField], raw: Raw, before: Mapping[str, Any] | None = None, prefix: str = ""
) -> dict[str, Any]:
    """What the controls show after a refusal: what was typed, but no secret.

    ``before`` is what they showed, for pictures: a form does not send those back.
    """
    known = before or {}
    return {field.name: _retype(field, raw, known.get(field.name), prefix + field.name) for field in fields}


def _retype(field: SettingField, raw: Raw, before: Any, name: str) -> Any:
    match field.kind:
        case "secret":
            return ""
        case "switch":
            return _last(raw, name) == "1"
        case "picture":
            return before
        case "many":
            return _all(raw, name)
        case "group":
            return retyped(field.fields, raw, before, f"{name}.")
        case "rows":
            return _retyped_rows(field, raw, before or [], name)
    return _last(raw, name)


def _retyped_rows(field: SettingField, raw: Raw, before: Sequence[Any], name: str) -> list[dict[str, Any]]:
    """The last row is the new one; nobody asked for it as long as it is as it was offered."""
    indexes = _row_indexes(raw, name)
    if indexes and _is_untouched(field, raw, f"{name}.{indexes[-1]}."):
        indexes = indexes[:-1]
    known = [*before, *({} for _ in indexes)]
    return [retyped(field.fields, raw, known[index], f"{name}.{index}.") for index in indexes]


def label_at(fields: Sequence[SettingField], name: str) -> str:
    """The label of a control: "Sender: Mail address" for one in a group, "Circles 2: Rate" in a row."""
    first, _, rest = name.partition(".")
    field = next((one for one in fields if one.name == first), None)
    if field is None or not rest or not field.fields:
        return field.label if field else ""
    if field.kind == "rows":
        index, _, rest = rest.partition(".")
        return f"{field.label} {int(index) + 1}: {label_at(field.fields, rest)}"
    return f"{field.label}: {label_at(field.fields, rest)}"


# --- in: controls → JSON values ---------------------------------------------------------------------


def typed(
    fields: Sequence[SettingField], raw: Raw, stored: Mapping[str, Any], prefix: str = ""
) -> dict[str, Any]:
    """Form text as JSON values for ``plugin_settings.parse``; what is no number stays text, for it to refuse.

    ``stored`` gives what the form does not carry: secrets that were left empty, and pictures.
    """
    return {field.name: _typed(field, raw, stored.get(field.name), prefix + field.name) for field in fields}


def _typed(field: SettingField, raw: Raw, stored: Any, name: str) -> Any:
    match field.kind:
        case "switch":
            return _last(raw, name) == "1"
        case "many":
            return _all(raw, name)
        case "group":
            return typed(field.fields, raw, stored or {}, f"{name}.")
        case "rows":
            return _typed_rows(field, raw, stored or [], name)
        case "picture":
            return None if _last(raw, f"{name}.-") == "1" else stored
    return _typed_text(field, _last(raw, name), stored)


def _typed_text(field: SettingField, text: str, stored: Any) -> Any:
    if not text and field.kind == "secret":
        return stored if stored is not None else ""
    if not text and field.optional:
        return None
    match field.kind:
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "number" | "money":
            plain = text.replace(",", "") if field.kind == "money" else text
            return int(plain) if plain.removeprefix("-").isdecimal() else text
        case "percent":
            return _basis_points(text)
        case "datetime" | "time":
            return f"{text}:00" if text.count(":") == 1 else text
    return text


def _typed_rows(field: SettingField, raw: Raw, stored: Sequence[Any], name: str) -> list[Any]:
    """Rows that are marked to go, and a new one that nobody touched, are not there."""
    rows = []
    for index in _row_indexes(raw, name):
        prefix = f"{name}.{index}."
        known = index < len(stored)
        if _last(raw, f"{prefix}-") == "1" or (not known and _is_untouched(field, raw, prefix)):
            continue
        rows.append(typed(field.fields, raw, stored[index] if known else {}, prefix))
    return rows


def _is_untouched(field: SettingField, raw: Raw, prefix: str) -> bool:
    """A new row as it was offered, with its defaults."""
    secrets = [f"{prefix}{inner.name}" for inner in field.fields if inner.kind == "secret"]
    return not any(_last(raw, name) for name in secrets) and (
        retyped(field.fields, raw, prefix=prefix) == blank_row(field)
    )


def _row_indexes(raw: Raw, name: str) -> range:
    count = _last(raw, f"{name}.#")
    return range(min(int(count), ROWS_MAX) if count.isdecimal() else 0)


def _basis_points(text: str) -> Any:
    """ "12.5" → 1250; what is no such number stays text."""
    try:
        points = Decimal(text.removesuffix("%").strip()) * _BASIS_POINTS
    except InvalidOperation:
        return text
    return int(points) if points.is_finite() and points == points.to_integral_value() else text


def _all(raw: Raw, name: str) -> list[str]:
    found = raw.get(name, ())
    return [found] if isinstance(found, str) else list(found)


def _last(raw: Raw, name: str) -> str:
    found = _all(raw, name)
    return found[-1].strip() if found else ""


# --- secrets in JSON --------------------------------------------------------------------------------


def masked(settings: msgspec.Struct) -> dict[str, Any]:
    """For the API: secrets are None."""
    return _masked(fields_of(type(settings)), msgspec.to_builtins(settings))


def _masked(fields: Sequence[SettingField], values: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for field in fields:
        match field.kind:
            case "secret":
                changed[field.name] = None
            case "group":
                changed[field.name] = _masked(field.fields, values[field.name])
            case "rows":
                changed[field.name] = [_masked(field.fields, row) for row in values[field.name]]
    return {**values, **changed}


def unmasked(stored: msgspec.Struct, given: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse: secrets that are None or left out keep their value; in rows, that of the same place."""
    return _unmasked(fields_of(type(stored)), msgspec.to_builtins(stored), given)


def _unmasked(
    fields: Sequence[SettingField], stored: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for field in fields:
        value, before = given.get(field.name), stored.get(field.name)
        if field.kind == "secret" and value is None:
            kept[field.name] = "" if before is None else before
        elif field.kind == "group" and isinstance(value, Mapping):
            kept[field.name] = _unmasked(field.fields, before or {}, value)
        elif field.kind == "rows" and isinstance(value, list):
            rows = [*(before or []), *({} for _ in value)]
            kept[field.name] = [
                _unmasked(field.fields, row, one) if isinstance(one, Mapping) else one
                for row, one in zip(rows, value, strict=False)
            ]
    return {**given, **kept}
