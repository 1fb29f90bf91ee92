"""Turns the recorded statements of one order into a pgbench script that places as many as it is told to.

Parameters stay parameters. Those that belong to the buyer come from a row of ``bench.basket``, those that were
born in the transaction (time-ordered UUIDs, the order's number) are made fresh, all others keep their value.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence

import msgspec

from bench.buyers import Basket
from bench.recording import Statement

COLUMNS = tuple(name for name in Basket.__struct_fields__ if name != "shop_id")
_NUMBER = re.compile(r"S\d+-\d{8}-\d+|S\d+-\d+-\d+")


class Script(msgspec.Struct, frozen=True):
    """``variables`` go to pgbench with ``-D``."""

    text: str
    variables: dict[str, str]


class ScriptWriter:
    """``began_ms`` is when the recorded transaction began (Unix time in ms): UUIDs from then on are born in it."""

    def __init__(self, basket: Basket, began_ms: int) -> None:
        self._known = {str(getattr(basket, name)): name for name in COLUMNS}
        self._began_ms = began_ms
        self._born: dict[str, str] = {}
        self._variables: dict[str, str] = {}

    def write(self, statements: Sequence[Statement]) -> Script:
        body = [self._filled(one, row) for one in statements for row in one.rows]
        fresh = [f"gen_random_uuid() AS {name}" for name in self._born.values()]
        first = (
            f"SELECT {', '.join([*COLUMNS, *fresh])} FROM bench.basket"
            " WHERE client = :client_id::int AND turn = :turn::int \\gset"
        )
        lines = ["\\set turn :turn + 1", first, "BEGIN;", *body, "COMMIT;"]
        return Script("\n".join(lines) + "\n", {"turn": "0", **self._variables})

    def _filled(self, statement: Statement, row: tuple[object, ...]) -> str:
        def fill(found: re.Match[str]) -> str:
            position = int(found[1]) - 1
            return self._value(row[position], statement.types[position])

        return re.sub(r"\$(\d+)", fill, statement.text).strip() + ";"

    def _value(self, value: object, type_: str) -> str:
        if value is None:
            return f"NULL::{type_}"
        if type_.endswith("[]"):
            assert isinstance(value, (list, tuple))
            return f"ARRAY[{', '.join(self._value(one, type_[:-2]) for one in value)}]::{type_}"
        text = _text(value, type_)
        if not text:
            # pgbench takes no empty variable.
            return f"''::{type_}"
        if text in self._known:
            return f":{self._known[text]}::{type_}"
        if isinstance(value, uuid.UUID) and _made_at_ms(value) >= self._began_ms:
            return f":{self._name_of_born(text)}::{type_}"
        if isinstance(value, str) and type_ == "text" and _NUMBER.fullmatch(value):
            return f"('S-' || :{self._name_of_born(value)}::text)"
        return f":{self._constant(text)}::{type_}"

    def _name_of_born(self, text: str) -> str:
        return self._born.setdefault(text, f"born_{len(self._born)}")

    def _constant(self, text: str) -> str:
        name = f"value_{len(self._variables)}"
        self._variables[name] = text
        return name


def _made_at_ms(id_: uuid.UUID) -> int:
    """Of a time-ordered UUID (RFC 9562 §5.7); 0 for any other."""
    return id_.int >> 80 if id_.version == 7 else 0


def _text(value: object, type_: str) -> str:
    """As PostgreSQL reads it."""
    if type_ in ("jsonb", "json"):
        return msgspec.json.encode(value).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray)):
        return f"\\x{value.hex()}"
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, (str, int, float, uuid.UUID)):
        return str(value)
    raise TypeError(f"no text for a {type(value).__name__} as {type_}")
