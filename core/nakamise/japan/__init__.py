"""Japan's ways of writing: postal codes, prefectures, phone and invoice numbers, kana, and folding for search."""

from nakamise.japan.invoice_number import InvalidInvoiceNumber, has_check_digit, parse_invoice_number
from nakamise.japan.postal import Town, towns_of
from nakamise.japan.prefectures import Prefecture
from nakamise.japan.text import (
    InvalidText,
    fold,
    format_postal_code,
    parse_kana_name,
    parse_phone,
    parse_postal_code,
)

__all__ = [
    "InvalidInvoiceNumber",
    "InvalidText",
    "Prefecture",
    "Town",
    "fold",
    "format_postal_code",
    "has_check_digit",
    "parse_invoice_number",
    "parse_kana_name",
    "parse_phone",
    "parse_postal_code",
    "towns_of",
]
