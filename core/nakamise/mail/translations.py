"""Our catalogs in the shape that mail templates ask for."""

from __future__ import annotations

import gettext

from nakamise.ui.i18n import translate, translate_plural


class CatalogTranslations(gettext.NullTranslations):
    """Messages of one package in one language; reads the catalogs that pages use."""

    def __init__(self, locale: str, domain: str) -> None:
        super().__init__()
        self._locale = locale
        self._domain = domain

    def gettext(self, message: str) -> str:
        return translate(self._locale, self._domain, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return translate_plural(self._locale, self._domain, msgid1, msgid2, n)
