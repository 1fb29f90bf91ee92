"""Checks what a hook implementation returned against the specification's return annotation."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

import msgspec


def checker(specification: Callable[..., Any]) -> Callable[[object], bool]:
    """Whether a value fits; annotations that cannot be checked at run time (protocols) always fit."""
    hint = typing.get_type_hints(specification).get("return", Any)
    return lambda value: _fits(value, hint)


def _fits(value: object, hint: Any) -> bool:
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if hint is type(None):
        return value is None
    if origin is Sequence:
        return _is_list(value) and all(
            _fits(item, arguments[0]) for item in typing.cast("list[object]", value)
        )
    if origin is Mapping:
        return isinstance(value, Mapping) and all(_fits(key, arguments[0]) for key in value)
    if isinstance(hint, type) and issubclass(hint, (msgspec.Struct, str)):
        return isinstance(value, hint)
    return True


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))
