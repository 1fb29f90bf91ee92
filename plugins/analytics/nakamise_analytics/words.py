"""Words for values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.contracts.sales import Via
from nakamise.web import N_

VIAS: Final[Mapping[Via, str]] = {
    Via.SEARCH: N_("Search engines"),
    Via.SOCIAL: N_("Social networks"),
    Via.MAIL: N_("Mail"),
    Via.CAMPAIGN: N_("Ads and campaigns"),
    Via.LINK: N_("Other websites"),
    Via.DIRECT: N_("Straight (address, bookmark)"),
    Via.LIVE: N_("Broadcasts of this site"),
    Via.LIST: N_("Lists and search of this site"),
    Via.SITE: N_("Other pages of this site"),
    Via.UNKNOWN: N_("Not known (app, bought again)"),
}
