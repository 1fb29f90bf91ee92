"""What a migration may not do, found in its text before any database sees it.

Two reasons. **Expand, then contract**: while tenants are migrated one after another, the old code goes on
serving, so a migration only adds. A file that takes away, or adds a rule to a table that was there, says in a
line why the version before it gets along:

    -- contract: shop_product.note is read by no version since 1.3

**Shards**: a tenant's schema must be able to live on another node, see docs/how-to/scale-out.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from nakamise.tenancy.history import History, Migration, statements

_CONTRACT: Final = re.compile(r"^-- contract: *\S.{9,}$", re.MULTILINE)
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")
_NEW_TABLE: Final = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\S+)")
_TABLE: Final = re.compile(r"(?:ALTER TABLE (?:IF EXISTS )?(?:ONLY )?|\bON )([^\s(]+)")


class Fault(msgspec.Struct, frozen=True):
    """One statement that breaks a rule. ``mend`` says what to write instead."""

    migration: str
    statement: str
    why: str
    mend: str


class _Rule(msgspec.Struct, frozen=True):
    pattern: re.Pattern[str]
    why: str
    mend: str


def _rule(pattern: str, why: str, mend: str) -> _Rule:
    return _Rule(re.compile(pattern), why, mend)


_LATER: Final = (
    "Do it in a later version, in a file with a line `-- contract: <why the version before gets along>`."
)
NEVER: Final = (
    _rule(
        r"\bRENAME\b", "The old code uses the old name.", "Add the new one, write both, drop the old later."
    ),
    _rule(
        r"\bALTER (COLUMN )?\S+ (SET DATA )?TYPE\b",
        "The old code reads the old type, and the table is locked while it is rewritten.",
        "Add a column of the new type.",
    ),
    _rule(r"\bCONCURRENTLY\b", "A migration is one transaction.", "Leave CONCURRENTLY out."),
)
SHARD: Final = (
    _rule(
        r"^CREATE (OR REPLACE )?(CONSTRAINT )?TRIGGER\b",
        "A shard has no triggers.",
        "Put the rule in a constraint.",
    ),
    _rule(
        r"^(DO\b|CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b)",
        "What functions and DO blocks make is not distributed.",
        "Write plain statements.",
    ),
    _rule(r"\bSET SCHEMA\b", "A table cannot leave its shard.", "Make a new table."),
    _rule(
        r"\bREFERENCES [A-Z_\"]+\.", "A foreign key may not leave the schema.", "Keep the id without a key."
    ),
    _rule(
        r"^ALTER TABLE .*\b(AS IDENTITY|SERIAL|BIGSERIAL)\b",
        "A shard gets no identity column later.",
        "Use a uuid, or make a new table.",
    ),
    _rule(
        r"^ALTER TABLE .*\bADD (COLUMN )?(?!CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)[^,]*\b(CHECK|REFERENCES|UNIQUE|PRIMARY KEY)\b",
        "A shard takes a new column and its rule only one after the other.",
        "Add the column, then ALTER TABLE … ADD CONSTRAINT <name> ….",
    ),
    _rule(
        r"^UPDATE .*\b(GEN_RANDOM_UUID|RANDOM|CLOCK_TIMESTAMP|NEXTVAL|UUIDV7)\(",
        "A volatile function in UPDATE gives other values on each node.",
        "Use now(), or set the values from the code.",
    ),
)
ONLY_IN_CONTRACT: Final = (
    _rule(r"^DROP TABLE\b", "The old code still uses the table.", _LATER),
    _rule(
        r"\bDROP (COLUMN\b|(?!(CONSTRAINT|DEFAULT|NOT|INDEX)\b)\S+(,|$))",
        "The old code still uses it.",
        _LATER,
    ),
    _rule(r"\bSET NOT NULL\b", "The old code may still write NULL.", _LATER),
    _rule(
        r"\bADD (COLUMN )?(?!CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)(?=[^,]*\bNOT NULL\b)(?![^,]*\b(DEFAULT|GENERATED)\b)",
        "The old code inserts rows without this column.",
        "Give it a DEFAULT.",
    ),
    _rule(
        r"\bADD (CONSTRAINT \S+ )?(CHECK|UNIQUE|PRIMARY KEY|FOREIGN KEY|EXCLUDE)\b|^CREATE UNIQUE INDEX\b",
        "The old code may still write what the new rule refuses.",
        _LATER,
    ),
)


def faults(history: History, *, shard: bool = True) -> list[Fault]:
    """Everything that breaks a rule, in order. ``shard=False`` for the shared schema, which is none."""
    return [fault for migration in history.migrations for fault in _of_one(migration, shard=shard)]


def _of_one(migration: Migration, *, shard: bool) -> Iterator[Fault]:
    contracts = _CONTRACT.search(migration.sql) is not None
    made: set[str] = set()
    for statement in statements(migration.sql):
        bare = _bare(statement)
        made |= set(_NEW_TABLE.findall(bare))
        rules = NEVER + (SHARD if shard else ())
        if not contracts and not _is_about(bare, made):
            rules += ONLY_IN_CONTRACT
        yield from (
            Fault(migration.label, statement, rule.why, rule.mend)
            for rule in rules
            if rule.pattern.search(bare)
        )


def _bare(statement: str) -> str:
    """Without what stands between quotes, in capitals, on one line."""
    return " ".join(_TEXT.sub("''", statement).upper().split())


def _is_about(bare: str, made: set[str]) -> bool:
    """Whether it changes a table that this file made: no older code knows it."""
    if bare.startswith("CREATE TABLE"):
        return True
    table = _TABLE.search(bare)
    return table is not None and table[1] in made
