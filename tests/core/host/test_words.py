"""Everything that the contract names has words for an administrator."""

from __future__ import annotations

import pytest

from nakamise.host.readme import paragraph_of
from nakamise.host.refusal import Why
from nakamise.host.words import ADVICE, CLOSES, HOOKS, PLACES, WITHOUT
from nakamise.plugin.hooks import POLICIES
from nakamise.plugin.slots import Slot
from nakamise.ui.i18n import translate


def test_every_hook_slot_and_reason_has_words_in_both_languages() -> None:
    assert set(HOOKS) - {""} == set(POLICIES)
    assert {slot.value.partition(".")[0] for slot in Slot} == set(PLACES)
    assert set(ADVICE) == set(Why)
    for texts in (HOOKS, PLACES, ADVICE, CLOSES, WITHOUT):
        for text in texts.values():
            assert translate("ja", "core", text) != text


def test_what_closes_or_ends_is_named_by_hooks_that_exist() -> None:
    assert set(CLOSES) | set(WITHOUT) <= set(POLICIES)


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        (
            "# Hello\n\n![badge](x)\n\nGreets *everybody* who\ncomes [here](http://x).\n\nMore.",
            "Greets everybody who comes here.",
        ),
        ("# Only a heading\n", ""),
        ("", ""),
        ("Plain snake_case text", "Plain snake_case text"),
    ],
)
def test_the_first_paragraph_is_what_the_author_says(markdown: str, said: str) -> None:
    assert paragraph_of(markdown) == said
