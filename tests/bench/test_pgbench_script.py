"""From recorded statements to a pgbench script."""

from __future__ import annotations

import uuid

from bench.buyers import Basket
from bench.pgbench_script import ScriptWriter
from bench.recording import Statement
from nakamise.ids import uuid7

OLD = uuid.UUID("019aa000-0000-7000-8000-000000000000")
BASKET = Basket(
    user_id=uuid.UUID(int=1),
    address_id=uuid.UUID(int=2),
    cart_id=uuid.UUID(int=3),
    first_product=uuid.UUID(int=4),
    first_variant=uuid.UUID(int=5),
    second_product=uuid.UUID(int=6),
    second_variant=uuid.UUID(int=7),
    shop_id=uuid.UUID(int=8),
    key="the-key",
)


def body(*statements: Statement, began_ms: int = OLD.int >> 80) -> tuple[list[str], dict[str, str]]:
    """The lines between BEGIN and COMMIT, and the variables."""
    script = ScriptWriter(BASKET, began_ms).write(statements)
    lines = script.text.splitlines()
    return lines[lines.index("BEGIN;") + 1 : lines.index("COMMIT;")], script.variables


def test_what_belongs_to_the_buyer_is_read_and_the_rest_keeps_its_value() -> None:
    text = "SELECT x::text FROM t WHERE a = $1 AND b = $2 AND c = $3 AND d = $1"
    lines, variables = body(Statement(text, ("uuid", "text", "int8"), ((BASKET.user_id, "the-key", 7),)))
    expected = "SELECT x::text FROM t WHERE a = :user_id::uuid AND b = :key::text AND c = :value_0::int8"
    assert lines == [f"{expected} AND d = :user_id::uuid;"]
    assert variables == {"turn": "0", "value_0": "7"}


def test_what_was_born_in_the_transaction_is_made_fresh_once() -> None:
    born = uuid7()
    first = Statement("INSERT INTO a VALUES ($1, $2)", ("uuid", "uuid"), ((born, uuid.UUID(int=99)),))
    again = Statement("INSERT INTO b VALUES ($1, $2)", ("uuid", "text"), ((born, "S3-20261121-00042"),))
    writer = ScriptWriter(BASKET, OLD.int >> 80)
    script = writer.write([first, again])
    assert "gen_random_uuid() AS born_0, gen_random_uuid() AS born_1 FROM bench.basket" in script.text
    assert "INSERT INTO a VALUES (:born_0::uuid, :value_0::uuid);" in script.text
    assert "INSERT INTO b VALUES (:born_0::uuid, ('S-' || :born_1::text));" in script.text
    assert script.variables["value_0"] == str(uuid.UUID(int=99))


def test_an_older_id_is_not_fresh() -> None:
    lines, _ = body(Statement("SELECT $1", ("uuid",), ((OLD,),)), began_ms=(OLD.int >> 80) + 1)
    assert lines == ["SELECT :value_0::uuid;"]


def test_arrays_nothing_json_and_empty_text() -> None:
    types = ("uuid[]", "text", "jsonb", "text", "bool")
    row = ([BASKET.first_variant, BASKET.second_variant], None, {"a": [1, True]}, "", False)
    lines, variables = body(Statement("SELECT $1, $2, $3, $4, $5", types, (row,)))
    array = "ARRAY[:first_variant::uuid, :second_variant::uuid]::uuid[]"
    assert lines == [f"SELECT {array}, NULL::text, :value_0::jsonb, ''::text, :value_1::bool;"]
    assert variables == {"turn": "0", "value_0": '{"a":[1,true]}', "value_1": "false"}


def test_each_row_of_many_is_a_statement() -> None:
    lines, _ = body(Statement("INSERT INTO a VALUES ($1)", ("int4",), ((1,), (2,))))
    assert lines == ["INSERT INTO a VALUES (:value_0::int4);", "INSERT INTO a VALUES (:value_1::int4);"]
