"""Migrations that would break the old code or a shard are found in their text."""

from __future__ import annotations

import pytest

from nakamise.host.registry import PluginHost
from nakamise.tenancy.history import core_history, parse, plugin_history, shared_history
from nakamise.tenancy.lint import faults

NEW_TABLE = """
    CREATE TABLE crop_b (id uuid PRIMARY KEY, a uuid NOT NULL REFERENCES crop_old (id));
    ALTER TABLE crop_b ADD CONSTRAINT crop_c CHECK (true);
    CREATE UNIQUE INDEX crop_u ON crop_b (a);
"""


def found(sql: str, *, shard: bool = True) -> list[str]:
    first = "CREATE TABLE crop_old (id uuid PRIMARY KEY, note text);"
    history = parse("crop", {"0001_first.sql": first, "0002_next.sql": sql})
    return [fault.why for fault in faults(history, shard=shard)]


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE crop_old RENAME COLUMN note TO remark;",
        "ALTER TABLE crop_old RENAME TO crop_older;",
        "ALTER TABLE crop_old ALTER COLUMN note TYPE integer USING note::integer;",
        "ALTER TABLE crop_old ALTER note SET DATA TYPE integer;",
        "CREATE INDEX CONCURRENTLY crop_note ON crop_old (note);",
        "CREATE TRIGGER crop_t BEFORE INSERT ON crop_old FOR EACH ROW EXECUTE FUNCTION f();",
        "DO $$ BEGIN CREATE TABLE crop_b (id uuid PRIMARY KEY); END $$;",
        "CREATE FUNCTION crop_f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;",
        "ALTER TABLE crop_old SET SCHEMA other;",
        "CREATE TABLE crop_b (id uuid PRIMARY KEY, t uuid REFERENCES nakamise.tenant (id));",
        "ALTER TABLE crop_old ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY;",
        "ALTER TABLE crop_old ADD COLUMN n bigserial;",
        "ALTER TABLE crop_old ADD COLUMN n integer NOT NULL DEFAULT 0 CHECK (n >= 0);",
        "ALTER TABLE crop_old ADD COLUMN n uuid REFERENCES crop_old (id);",
        "UPDATE crop_old SET note = gen_random_uuid()::text;",
        "DROP TABLE crop_old;",
        "ALTER TABLE crop_old DROP COLUMN note;",
        "ALTER TABLE crop_old DROP note;",
        "ALTER TABLE crop_old ALTER COLUMN note SET NOT NULL;",
        "ALTER TABLE crop_old ADD COLUMN n integer NOT NULL;",
        "ALTER TABLE crop_old ADD COLUMN m integer, ADD COLUMN n integer NOT NULL;",
        "ALTER TABLE crop_old ADD CONSTRAINT crop_c CHECK (note <> '');",
        "ALTER TABLE crop_old ADD UNIQUE (note);",
        "CREATE UNIQUE INDEX crop_note ON crop_old (note);",
    ],
)
def test_what_breaks_old_code_or_a_shard_is_found(sql: str) -> None:
    assert len(found(sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE crop_old ADD COLUMN n integer;",
        "ALTER TABLE crop_old ADD COLUMN n integer NOT NULL DEFAULT 0;",
        "ALTER TABLE crop_old ADD COLUMN n text NOT NULL DEFAULT 'CHECK (a, b)';",
        "CREATE INDEX crop_note ON crop_old (note);",
        NEW_TABLE,
        "UPDATE crop_old SET note = now()::text;",
        "INSERT INTO crop_old (id, note) VALUES (gen_random_uuid(), 'DROP TABLE crop_old; RENAME');",
        "ALTER TABLE crop_old ALTER COLUMN note DROP NOT NULL;",
        "ALTER TABLE crop_old DROP CONSTRAINT crop_c;",
        "-- contract: crop_old is used by no version since 1.3\nDROP TABLE crop_old;",
    ],
)
def test_what_only_adds_passes(sql: str) -> None:
    assert found(sql) == []


def test_a_contract_line_needs_a_reason_and_allows_no_renaming() -> None:
    assert found("-- contract:\nDROP TABLE crop_old;") != []
    assert found("-- contract: old\nDROP TABLE crop_old;") != []
    assert found("-- contract: nobody reads it since 1.3\nALTER TABLE crop_old RENAME TO b;") != []


def test_the_shared_schema_may_have_functions() -> None:
    sql = "CREATE FUNCTION nakamise.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
    assert found(sql, shard=False) == []


def test_our_own_histories_are_clean(host: PluginHost) -> None:
    histories = [core_history(), *(plugin_history(manifest) for manifest in host.usable)]
    assert [fault for history in histories for fault in faults(history)] == []
    assert faults(shared_history(), shard=False) == []
