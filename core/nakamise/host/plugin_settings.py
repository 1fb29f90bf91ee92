"""Plugin settings: a Struct with defaults on one side, a JSON object in the shared schema on the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from nakamise.errors import FieldError, Invalid
from nakamise.host.refusal import PluginRefused, Why
from nakamise.routing.forms import explain
from nakamise.ui.i18n import N_
from nakamise.ui.settings_form import fields_of

S = TypeVar("S", bound=msgspec.Struct)
SIZE_MAX: Final = 64 * 1024
_AT: Final = re.compile(r" - at `\$([^`]*)`\Z")


def check_type(type_: type[msgspec.Struct]) -> None:
    """Every field needs a default, for a tenant that never opened the form, and a control in it.

    Raises PluginRefused.
    """
    try:
        type_()
        fields_of(type_)
    except TypeError as error:
        raise PluginRefused(Why.BAD_SETTINGS, f"{type_.__name__}: {error}") from error


def read(type_: type[S], stored: Mapping[str, Any]) -> S:
    """Stored values over defaults, secrets unsealed. Keys that this version does not know are left alone."""
    known = {name: stored[name] for name in type_.__struct_encode_fields__ if name in stored}
    return msgspec.convert(known, type_)


def parse(type_: type[S], given: Mapping[str, Any]) -> S:
    """What somebody wants to store. Raises Invalid with one error a field, unknown keys included."""
    fields = {info.encode_name: info for info in msgspec.structs.fields(type_)}
    faults: dict[str, FieldError] = {
        name: FieldError(N_("There is no such setting.")) for name in given if name not in fields
    }
    for name in given.keys() & fields.keys():
        try:
            msgspec.convert(given[name], fields[name].type)
        except msgspec.ValidationError as error:
            faults[name + _place(str(error))] = explain(str(error))
    if faults:
        raise Invalid(faults)
    try:
        parsed = msgspec.convert(dict(given), type_)
    # A rule over several fields (__post_init__) has no field of its own.
    except msgspec.ValidationError as error:
        raise Invalid({"": explain(str(error))}) from error
    if len(msgspec.json.encode(parsed)) > SIZE_MAX:
        raise Invalid({"": FieldError(N_("These settings are too large."))})
    return parsed


def _place(fault: str) -> str:
    """ "… - at `$.rows[0].label`" → ".rows.0.label": as the form names its controls."""
    found = _AT.search(fault)
    return "" if found is None else re.sub(r"\[(\d+)\]", r".\1", found[1]).replace("[...]", "")


def dump(settings: msgspec.Struct) -> dict[str, Any]:
    """The JSON object to store."""
    stored: dict[str, Any] = msgspec.to_builtins(settings)
    return stored
