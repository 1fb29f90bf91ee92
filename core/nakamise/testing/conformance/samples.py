"""Minimal values of msgspec types: events, payloads and slot subjects as a check can make them up."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import inspect

# (field name) → a value that is known for it, or None
Known = Callable[[str], Any]

_NOW: Final = dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)
_PLAIN: Final[Mapping[type[inspect.Type], Any]] = {
    inspect.BoolType: True,
    inspect.BytesType: b"x",
    inspect.NoneType: None,
    inspect.AnyType: None,
    inspect.DateTimeType: _NOW,
    inspect.DateType: _NOW.date(),
    inspect.TimeType: _NOW.time(),
    inspect.TimeDeltaType: dt.timedelta(seconds=1),
    inspect.UUIDType: uuid.UUID(int=7),
    inspect.DecimalType: Decimal(1),
    inspect.FloatType: 1.0,
    inspect.DictType: {},
    inspect.ListType: [],
    inspect.VarTupleType: (),
    inspect.SetType: set(),
    inspect.FrozenSetType: frozenset(),
}


def sample(type_: Any, *, text: str = "x", known: Known = lambda _: None) -> Any:
    """A value of ``type_``; ``text`` stands in every string that may hold it. Raises TypeError."""
    return _sample(inspect.type_info(type_), text, known)


def _sample(type_: inspect.Type, text: str, known: Known) -> Any:
    match type_:
        case inspect.StructType():
            values = {field.name: _field(field, text, known) for field in type_.fields if field.required}
            return type_.cls(**values)
        case inspect.Metadata():
            return _sample(type_.type, text, known)
        case inspect.UnionType():
            some = [one for one in type_.types if not isinstance(one, inspect.NoneType)]
            return _sample(some[0], text, known)
        case inspect.TupleType():
            return tuple(_sample(item, text, known) for item in type_.item_types)
    return _scalar(type_, text)


def _scalar(type_: inspect.Type, text: str) -> Any:
    match type_:
        case inspect.EnumType():
            return next(iter(type_.cls))
        case inspect.LiteralType():
            return type_.values[0]
        case inspect.IntType():
            return max(type_.ge or 1, 1)
        case inspect.StrType():
            return _text(type_, text)
    for plain, value in _PLAIN.items():
        if isinstance(type_, plain):
            return value
    raise TypeError(f"no sample of {type_!r}")


def _field(field: inspect.Field, text: str, known: Known) -> Any:
    found = known(field.name)
    return _sample(field.type, text, known) if found is None else found


def _text(type_: inspect.StrType, text: str) -> str:
    if type_.max_length is not None and len(text) > type_.max_length:
        return "x" * (type_.min_length or 1)
    return text
