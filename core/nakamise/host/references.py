"""Turns the dotted strings of a manifest into the things that they name."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Callable
from typing import Any

from nakamise.host.refusal import PluginRefused, Why


def load(reference: str) -> Any:
    """``"package.module:attribute"``, or a module alone. Raises PluginRefused."""
    module, _, attribute = reference.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for name in filter(None, attribute.split(".")):
            found = getattr(found, name)
    except KeyboardInterrupt:
        raise
    # As with the manifest: not even sys.exit() in a module may end the host.
    except BaseException as error:
        raise PluginRefused(Why.BROKEN_REFERENCE, f"{reference}: {type(error).__name__}: {error}") from error
    return found


def load_callable(reference: str) -> Any:
    """Raises PluginRefused when it names something that cannot be called."""
    found = load(reference)
    if not callable(found):
        raise PluginRefused(Why.BROKEN_REFERENCE, f"{reference} is not callable")
    return found


def second_parameter(reference: str, function: Callable[..., Any]) -> Any:
    """The type of what a handler ``(ctx, subject, info)`` is about. Raises PluginRefused."""
    try:
        names = list(inspect.signature(function).parameters)
        hint = typing.get_type_hints(function)[names[1]]
    except (NameError, TypeError, KeyError, IndexError, ValueError) as error:
        raise PluginRefused(
            Why.BROKEN_REFERENCE, f"{reference}: the type of its second parameter is unknown: {error}"
        ) from error
    if len(names) != 3:
        raise PluginRefused(Why.BROKEN_REFERENCE, f"{reference} does not take three parameters")
    return hint
