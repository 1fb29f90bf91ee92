"""Messages: English msgids in the code, one `.po` catalog per package and language, read at start.

A domain is a plugin's id, or "core". A look-up asks the domain's own catalog, then core's, then answers the msgid.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from babel.messages.pofile import read_po

CORE: Final = "core"
DEFAULT_LOCALE: Final = "ja"
CORE_LOCALES: Final = Path(__file__).parent / "locales"

_Key = tuple[str | None, str]
_Entry = str | tuple[str, ...]
_Catalog = dict[_Key, _Entry]

_catalogs: dict[tuple[str, str], _Catalog] = {}


def N_(message: str) -> str:  # noqa: N802 - the gettext convention for "extract now, translate later"
    """Mark a literal for extraction without translating it."""
    return message


def register(domain: str, locales: Path) -> None:
    """Load every `<language>.po` of a package. Raises `babel.messages.pofile.PoFileError` on a broken file."""
    for path in sorted(locales.glob("*.po")):
        _catalogs[domain, path.stem] = read_catalog(path)
    _find.cache_clear()


def read_catalog(path: Path) -> dict[_Key, _Entry]:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem, abort_invalid=True)
    entries: dict[_Key, _Entry] = {}
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        singular = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
        strings = message.string or ""
        entry = strings if isinstance(strings, str) else tuple(strings)
        if entry and all(entry):
            entries[message.context, singular] = entry
    return entries


@lru_cache(maxsize=65536)
def _find(locale: str, domain: str, context: str | None, message: str) -> _Entry | None:
    for owner in (domain, CORE):
        entry = _catalogs.get((owner, locale), {}).get((context, message))
        if entry:
            return entry
    return None


def translate(locale: str, domain: str, message: str, context: str | None = None) -> str:
    entry = _find(locale, domain, context, message)
    if entry is None:
        return message
    return entry if isinstance(entry, str) else entry[0]


def translate_plural(locale: str, domain: str, singular: str, plural: str, count: int) -> str:
    """The form for `count`; Japanese has one form, English two."""
    entry = _find(locale, domain, None, singular)
    forms = (singular, plural) if entry is None else (entry,) if isinstance(entry, str) else entry
    return forms[0] if count == 1 else forms[-1]


def gettext_for(locale: str, domain: str) -> Callable[..., str]:
    """`_ = gettext_for("ja", "shop")`; `_("%(n)s items", n=3)` fills the placeholders."""

    def gettext(message: str, **values: Any) -> str:
        text = translate(locale, domain, message)
        return text % values if values else text

    return gettext


def ngettext_for(locale: str, domain: str) -> Callable[..., str]:
    """`ngettext("%(num)s item", "%(num)s items", n)`; `num` is filled with the count."""

    def ngettext(singular: str, plural: str, count: int, **values: Any) -> str:
        return translate_plural(locale, domain, singular, plural, count) % {"num": count, **values}

    return ngettext


register(CORE, CORE_LOCALES)
