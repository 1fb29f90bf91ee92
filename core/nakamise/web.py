"""What plugins answer requests with. Part of the public contract."""

from nakamise.routing.forms import Form, read_form
from nakamise.ui.formats import yen
from nakamise.ui.i18n import N_, gettext_for, ngettext_for
from nakamise.ui.pages import cookie, fragment, page, see_other
from nakamise.ui.preview import ColourNote, colour_notes, hex_of, preview_page
from nakamise.ui.safe_next import safe_next
from nakamise.ui.theme import Font, Scheme
from nakamise.ui.views import FlashKind, NavLink

__all__ = [
    "N_",
    "ColourNote",
    "FlashKind",
    "Font",
    "Form",
    "NavLink",
    "Scheme",
    "colour_notes",
    "cookie",
    "fragment",
    "gettext_for",
    "hex_of",
    "ngettext_for",
    "page",
    "preview_page",
    "read_form",
    "safe_next",
    "see_other",
    "yen",
]
