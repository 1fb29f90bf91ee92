"""Checks what a hook implementation returned against the specification's return annotation."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

import msgspec

Check = Callable[[Any], bool]


def checker(specification: Callable[..., Any]) -> Check:
    """Whether a value fits; annotations that cannot be checked at run time (protocols) always fit."""
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
    if isinstance(hint, type) and issubclass(hint, (msgspec.Struct, str)):
        return lambda value: isinstance(value, hint)
    return lambda _: True


def _any_of(checks: list[Check], arguments: tuple[Any, ...]) -> Check:
    if type(None) in arguments:
        return lambda value: value is None or any(check(value) for check in checks)
    return lambda value: any(check(value) for check in checks)
