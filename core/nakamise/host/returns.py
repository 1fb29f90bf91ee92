"""Checks what a hook implementation returned against the specification's return annotation."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

import msgspec

Check = Callable[[Any], bool]


def checker(specification: Callable[..., Any]) -> Check:
    """Whether a value fits; of a protocol, whether it has all its members."""
    return _check(typing.get_type_hints(specification).get("return", Any))


def _check(hint: Any) -> Check:
    """Built once for each hook, because prices are asked for on every page."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _any_of([_check(argument) for argument in arguments if argument is not type(None)], arguments)
    if hint is type(None):
        return lambda value: value is None
    if origin is Sequence:
        item = _check(arguments[0])
        return lambda value: isinstance(value, (list, tuple)) and all(map(item, value))
    if origin is Mapping:
        key = _check(arguments[0])
        return lambda value: isinstance(value, Mapping) and all(map(key, value))
    if isinstance(hint, type) and issubclass(hint, (msgspec.Struct, str, bool)):
        return lambda value: isinstance(value, hint)
    if typing.is_typeddict(hint) or not getattr(hint, "_is_protocol", False):
        return lambda _: True
    members = _members(hint)
    return lambda value: all(hasattr(value, name) for name in members)


def _members(protocol: Any) -> list[str]:
    """What an object must have to be one."""
    found = {name for cls in protocol.__mro__ for name in (*vars(cls), *vars(cls).get("__annotations__", ()))}
    return sorted(name for name in found if not name.startswith("_"))


def _any_of(checks: list[Check], arguments: tuple[Any, ...]) -> Check:
    if type(None) in arguments:
        return lambda value: value is None or any(check(value) for check in checks)
    return lambda value: any(check(value) for check in checks)
