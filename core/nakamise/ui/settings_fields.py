"""What controls a settings Struct needs.

Labels and hints are ``msgspec.Meta(title=…, description=…)``, msgids of the plugin's catalog. The values of
enums are msgids too, or ``Meta(extra={"labels": {value: msgid}})`` gives them. Which text control a ``str`` or
``int`` gets is said by the types of ``nakamise.plugin.settings``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import msgspec
from msgspec import inspect

from nakamise.ui.i18n import gettext_for

NumberKind: TypeAlias = Literal["number", "money", "percent", "decimal"]
TextKind: TypeAlias = Literal["text", "long", "lines", "secret", "url", "email", "color", "moment"]
OtherKind: TypeAlias = Literal[
    "switch", "select", "many", "date", "datetime", "time", "picture", "group", "rows"
]
Kind: TypeAlias = NumberKind | TextKind | OtherKind
LONG_FROM: Final = 200
DEPTH_MAX: Final = 3
_SIMPLE: Final[Mapping[type[inspect.Type], Kind]] = {
    inspect.BoolType: "switch",
    inspect.DateType: "date",
    inspect.DateTimeType: "datetime",
    inspect.TimeType: "time",
    inspect.DecimalType: "decimal",
}
_TEXTS: Final = frozenset({"secret", "long", "color", "url", "email"})
_NUMBERS: Final = frozenset({"money", "percent"})


class SettingField(msgspec.Struct, frozen=True, kw_only=True):
    """One control. ``minimum`` and ``maximum`` bound a number; ``choices`` are pairs (value, label).

    ``fields`` are those of a group, or of one row; ``type`` is the Struct that they make up. ``optional``: an
    empty control means None. ``group`` is a heading: ``extra["group"]`` of the field's metadata.
    """

    name: str
    kind: Kind
    label: str
    hint: str = ""
    group: str = ""
    choices: Sequence[tuple[str, str]] = ()
    minimum: int | None = None
    maximum: int | None = None
    length_min: int | None = None
    length_max: int | None = None
    optional: bool = False
    fields: Sequence[SettingField] = ()
    type: type[msgspec.Struct] | None = None


class NoControl(TypeError):
    """A field's type has no form control."""


class _Maker(msgspec.Struct, frozen=True):
    """Says labels in one language; ``depth`` counts the Structs around."""

    say: Callable[[str], str]
    depth: int = 0

    def fields(self, found: inspect.StructType) -> list[SettingField]:
        if self.depth >= DEPTH_MAX:
            raise NoControl(f"{found.cls.__name__} lies deeper than {DEPTH_MAX} levels")
        inner = _Maker(self.say, self.depth + 1)
        return [inner.field(field.encode_name, field.type) for field in found.fields]

    def field(self, name: str, type_: inspect.Type) -> SettingField:
        bare, schema, extra = _unwrapped(type_)
        optional = False
        if isinstance(bare, inspect.UnionType):
            bare, schema, extra, optional = _optional(name, bare, schema, extra)
        title = str(schema.get("title") or name.replace("_", " ").capitalize())
        hint = str(schema.get("description") or "")
        return SettingField(
            name=name,
            label=self.say(title),
            hint=self.say(hint) if hint else "",
            group=self.say(str(extra["group"])) if extra.get("group") else "",
            optional=optional,
            **self.control(name, bare, extra),
        )

    def control(self, name: str, type_: inspect.Type, extra: Mapping[str, Any]) -> dict[str, Any]:
        wanted = extra.get("control")
        match type_:
            case inspect.StructType() if wanted == "picture":
                return {"kind": "picture"}
            case inspect.IntType():
                kind = wanted if wanted in _NUMBERS else "number"
                return {"kind": kind, "minimum": type_.ge, "maximum": type_.le}
            case inspect.StrType():
                return {
                    "kind": _text_kind(type_, extra),
                    "length_min": type_.min_length,
                    "length_max": type_.max_length,
                }
            case inspect.EnumType() | inspect.LiteralType():
                return {"kind": "select", "choices": self.choices(type_, extra)}
            case inspect.StructType():
                return {"kind": "group", "fields": self.fields(type_), "type": type_.cls}
            case inspect.ListType() | inspect.SetType() | inspect.FrozenSetType() | inspect.VarTupleType():
                return self.collection(name, type_, extra)
        if type(type_) in _SIMPLE:
            return {"kind": _SIMPLE[type(type_)]}
        raise NoControl(f"{name}: no form control for {type_!r}")

    def collection(self, name: str, type_: Any, extra: Mapping[str, Any]) -> dict[str, Any]:
        item, _schema, inner = _unwrapped(type_.item_type)
        match item:
            case inspect.EnumType() | inspect.LiteralType():
                return {"kind": "many", "choices": self.choices(item, {**inner, **extra})}
            case inspect.StrType():
                return {"kind": "lines"}
            case inspect.StructType():
                bound = {"length_max": type_.max_length}
                return {"kind": "rows", "fields": self.fields(item), "type": item.cls, **bound}
        raise NoControl(f"{name}: no form control for a collection of {item!r}")

    def choices(
        self, type_: inspect.EnumType | inspect.LiteralType, extra: Mapping[str, Any]
    ) -> list[tuple[str, str]]:
        values: Iterable[Any] = (
            type_.values if isinstance(type_, inspect.LiteralType) else [one.value for one in type_.cls]
        )
        labels: Mapping[str, str] = extra.get("labels", {})
        return [(str(value), self.say(labels.get(str(value), str(value)))) for value in values]


def fields_of(type_: type[msgspec.Struct], locale: str = "en", domain: str = "core") -> list[SettingField]:
    """Raises NoControl."""
    found = inspect.type_info(type_)
    if not isinstance(found, inspect.StructType):
        raise NoControl(f"{type_} is not a Struct")
    return _Maker(gettext_for(locale, domain)).fields(found)


def _unwrapped(type_: inspect.Type) -> tuple[inspect.Type, dict[str, Any], dict[str, Any]]:
    """The type without its metadata, and the metadata; the outer one wins."""
    schema: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    while isinstance(type_, inspect.Metadata):
        schema = {**(type_.extra_json_schema or {}), **schema}
        extra = {**(type_.extra or {}), **extra}
        type_ = type_.type
    return type_, schema, extra


def _optional(
    name: str, union: inspect.UnionType, schema: dict[str, Any], extra: dict[str, Any]
) -> tuple[inspect.Type, dict[str, Any], dict[str, Any], bool]:
    rest = [one for one in union.types if not isinstance(one, inspect.NoneType)]
    if len(rest) != 1 or len(rest) == len(union.types):
        raise NoControl(f"{name}: only a type or None can be chosen")
    bare, inner_schema, inner_extra = _unwrapped(rest[0])
    if isinstance(bare, (inspect.BoolType, inspect.StructType)) and extra.get("control") != "picture":
        raise NoControl(f"{name}: a switch or a group cannot be empty")
    return bare, {**inner_schema, **schema}, {**inner_extra, **extra}, True


def _text_kind(type_: inspect.StrType, extra: Mapping[str, Any]) -> Kind:
    wanted = extra.get("control")
    if wanted in _TEXTS:
        return wanted  # type: ignore[no-any-return]
    if extra.get("secret"):
        return "secret"
    if extra.get("moment"):
        return "moment"
    return "long" if extra.get("long") or (type_.max_length or 0) >= LONG_FROM else "text"
