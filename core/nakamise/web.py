"""What plugins answer requests with. Part of the public contract."""

from nakamise.routing.forms import Form, read_form
from nakamise.ui.formats import yen
from nakamise.ui.i18n import N_, gettext_for, ngettext_for
from nakamise.ui.pages import cookie, fragment, page, see_other
from nakamise.ui.safe_next import safe_next

__all__ = [
    "N_",
    "Form",
    "cookie",
    "fragment",
    "gettext_for",
    "ngettext_for",
    "page",
    "read_form",
    "safe_next",
    "see_other",
    "yen",
]
