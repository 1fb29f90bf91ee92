"""What plugins answer requests with. Part of the public contract."""

from nakamise.routing.forms import Form, fill, read_form
from nakamise.routing.typed import Refused, Typed, acted, said, tried, tried_with, wall
from nakamise.ui.charts import zero_filled
from nakamise.ui.formats import local_time, minute, month_day, short_date, yen
from nakamise.ui.framing import frameable, with_origins
from nakamise.ui.i18n import N_, gettext_for, ngettext_for
from nakamise.ui.pages import cookie, fragment, page, see_other
from nakamise.ui.paging import Paged, filter_of, filter_tabs, page_base
from nakamise.ui.paging import address as page_address
from nakamise.ui.preview import ColourNote, colour_notes, hex_of, preview_page
from nakamise.ui.safe_next import safe_next
from nakamise.ui.sheets import BOM, Charset, csv_file, csv_stream, csv_text
from nakamise.ui.theme import Font, Scheme
from nakamise.ui.views import FlashKind, NavLink

__all__ = [
    "BOM",
    "N_",
    "Charset",
    "ColourNote",
    "FlashKind",
    "Font",
    "Form",
    "NavLink",
    "Paged",
    "Refused",
    "Scheme",
    "Typed",
    "acted",
    "colour_notes",
    "cookie",
    "csv_file",
    "csv_stream",
    "csv_text",
    "fill",
    "filter_of",
    "filter_tabs",
    "fragment",
    "frameable",
    "gettext_for",
    "hex_of",
    "local_time",
    "minute",
    "month_day",
    "ngettext_for",
    "page",
    "page_address",
    "page_base",
    "preview_page",
    "read_form",
    "safe_next",
    "said",
    "see_other",
    "short_date",
    "tried",
    "tried_with",
    "wall",
    "with_origins",
    "yen",
    "zero_filled",
]
