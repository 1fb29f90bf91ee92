"""Statements that Citus cannot plan on a tenant's shard are found in the code's text. See docs/how-to/scale-out.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = [*(ROOT / "core" / "nakamise").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]
RULES = {
    "DO UPDATE SET takes immutable functions only: write excluded.column": re.compile(
        r"\bDO UPDATE SET (?:(?!\bWHERE\b|\bRETURNING\b).)*\b(now|gen_random_uuid|random|nextval)\(",
        re.DOTALL,
    ),
    "now() inside CASE or coalesce of an UPDATE: write (SELECT now())": re.compile(
        r"^\s*UPDATE\b.*(\bcoalesce\([^()]*,\s*now\(\)|\b(THEN|ELSE) now\(\))", re.DOTALL
    ),
    "INSERT … SELECT from a shard's table: put the SELECT into a WITH": re.compile(
        r"^\s*INSERT INTO \w+\s*\([^)]*\)\s*SELECT\b(?:(?!\bON CONFLICT\b).)*\bFROM (core|shop|payments|agency|webhooks|sso)_\w+",
        re.DOTALL,
    ),
}


def statements(source: str) -> Iterator[tuple[int, str]]:
    """Texts of a module that look like SQL, f-strings with holes; line and text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
            yield node.lineno, "".join(str(part) for part in parts)


def faults(source: str) -> list[str]:
    return [
        f"line {line}: {why}"
        for line, text in statements(source)
        if "nakamise." not in text
        for why, pattern in RULES.items()
        if pattern.search(text)
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO a (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET at = now()",
        "UPDATE a SET at = coalesce(at, now()) WHERE id = $1",
        "UPDATE a SET at = CASE WHEN $1 THEN now() ELSE at END",
        "INSERT INTO a (id) SELECT id FROM shop_product WHERE id = $1",
    ],
)
def test_what_a_shard_cannot_do_is_found(sql: str) -> None:
    assert len(faults(f"x = {sql!r}")) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO a (id, at) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
        "UPDATE a SET at = coalesce(at, (SELECT now())), changed_at = now() WHERE id = $1",
        "WITH x AS (SELECT id FROM shop_product) INSERT INTO a (id) SELECT id FROM x",
        "INSERT INTO a (id) SELECT one FROM unnest($1::uuid[]) AS one",
        "INSERT INTO nakamise.a (id) SELECT id FROM shop_product",
    ],
)
def test_what_a_shard_can_do_passes(sql: str) -> None:
    assert faults(f"x = {sql!r}") == []


def test_our_code_says_nothing_that_a_shard_cannot_do() -> None:
    found = {str(path.relative_to(ROOT)): faults(path.read_text(encoding="utf-8")) for path in SOURCES}
    # The shared schema is no shard: these work there, on the path of the control role or the owner.
    shared = (
        "core/nakamise/tenancy/",
        "core/nakamise/jobs/",
        "core/nakamise/plans/",
        "core/nakamise/admin/site/store.py",
    )
    assert {path: lines for path, lines in found.items() if lines and not path.startswith(shared)} == {}
