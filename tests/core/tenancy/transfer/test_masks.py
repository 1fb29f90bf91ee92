"""Words are found wherever the chunks are cut."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from nakamise.tenancy.transfer.masks import Swapper, masking, swap, unmasking
from nakamise.tenancy.transfer.tables import owner_of

SCHEMA = "t_bcdefghijklmn"
TENANT = uuid.UUID("01a1fc97-8f80-77e3-9a85-50c178a4dddc")
PIECE = st.sampled_from([SCHEMA.encode(), str(TENANT).encode(), b"t_bcdef", b"t_", b"01a1fc97-8f80", b"x\t"])


@given(st.lists(PIECE), st.lists(st.integers(1, 40), min_size=1))
def test_any_cut(pieces: list[bytes], sizes: list[int]) -> None:
    whole = b"".join(pieces)
    swapper, out, at, turn = Swapper(masking(SCHEMA, TENANT)), b"", 0, 0
    while at < len(whole):
        size = sizes[turn % len(sizes)]
        out += swapper.feed(whole[at : at + size])
        at, turn = at + size, turn + 1
    out += swapper.end()
    assert out == swap(whole, masking(SCHEMA, TENANT))
    assert SCHEMA.encode() not in out
    assert swap(out, unmasking(SCHEMA, TENANT)) == whole


def test_the_longest_prefix_owns_a_table() -> None:
    plugins = ("core", "pay", "pay_later")
    found = [owner_of(table, plugins) for table in ("pay_later_plan", "pay_op", "payments_x", "core_user")]
    assert found == ["pay_later", "pay", "core", "core"]
