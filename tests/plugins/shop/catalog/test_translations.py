"""Every sentence of the buyers' pages has its Japanese, with the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nakamise.ui
import nakamise_shop
from nakamise.ui.catalog import messages_in
from nakamise.ui.i18n import register, translate, translate_plural

PACKAGE = Path(nakamise_shop.__file__).parent
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")
PARTS = ("catalog", "cart")


def sentences(part: str) -> set[str | tuple[str, ...]]:
    found = {message for _, message in messages_in(PACKAGE / part)}
    for template in PACKAGE.glob(f"templates/shop/{part}_*.html"):
        text = template.read_text(encoding="utf-8")
        found |= set(re.findall(r'\b_\("((?:[^"\\]|\\.)*)"', text))
        found |= set(re.findall(r'\bngettext\("([^"]*)", "([^"]*)"', text))
    return found


@pytest.fixture(autouse=True, scope="module")
def words() -> None:
    """As a page would load them; nothing else of a site is needed here."""
    register("core", Path(nakamise.ui.__file__).parent / "locales")
    register("shop", PACKAGE / "locales")


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_left_in_english(part: str) -> None:
    messages = sentences(part)
    assert len(messages) > 10
    for message in messages:
        if isinstance(message, tuple):
            japanese = translate_plural("ja", "shop", message[0], message[1], 2)
            english = message[1]
        else:
            japanese, english = translate("ja", "shop", message), message
        assert japanese != english, message
        assert set(PLACEHOLDER.findall(japanese)) == set(PLACEHOLDER.findall(english)), message
