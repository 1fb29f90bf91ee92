"""Registration numbers of issuers of qualified invoices (適格請求書発行事業者登録番号): T and 13 digits.

A company's is its corporate number, whose first digit is a check digit (法人番号の指定等に関する省令 art. 2);
a sole trader's is another 13-digit number, so a wrong check digit is only worth a warning.
"""

from __future__ import annotations

import re
import unicodedata

_HYPHENS = re.compile(r"[\s\-‐‑–—−ー]")


class InvalidInvoiceNumber(ValueError):
    """Not T and 13 digits."""


def parse_invoice_number(text: str) -> str:
    """In half-width, without hyphens. Raises InvalidInvoiceNumber."""
    number = _HYPHENS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not re.fullmatch(r"T[0-9]{13}", number):
        raise InvalidInvoiceNumber(text)
    return number


def has_check_digit(number: str) -> bool:
    """Whether a parsed number can be a company's: 9 - (sum of Pn x Qn mod 9), n from the right, Qn 1 or 2."""
    check, rest = int(number[1]), number[2:]
    total = sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(rest)))
    return check == 9 - total % 9
