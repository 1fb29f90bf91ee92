"""The settings of a whole site, stored like a plugin's under the name "core"."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from nakamise.ui.i18n import N_

if TYPE_CHECKING:
    from nakamise.plugin.context import Tenant

OWNER: Final = "core"
_GENERAL: Final = N_("General")
_PEOPLE: Final = N_("Registration and staff")
_MAIL: Final = N_("Mail")
_MAINTENANCE: Final = N_("Maintenance")

# A moment on the site's own clock, or "" for none: what <input type="datetime-local"> gives.
LocalTime = Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\dT\d\d:\d\d)?$")]
# Empty, or one address.
MailAddress = Annotated[str, Meta(max_length=199, pattern=r"^([^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+)?$")]


class SiteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``ctx.site``. What is stored was checked by ``admin.site.service``."""

    locale: Annotated[
        Literal["ja", "en"],
        Meta(
            title=N_("Language"),
            description=N_(
                "For visitors whose browser asks for none of the languages that this site speaks."
            ),
            extra={"group": _GENERAL, "labels": {"ja": N_("Japanese"), "en": N_("English")}},
        ),
    ] = "ja"
    single_brand: Annotated[
        bool,
        Meta(
            title=N_("One brand only"),
            description=N_(
                "Hides the list of shops and the shops' names: the whole site is one brand's store."
            ),
            extra={"group": _GENERAL},
        ),
    ] = False
    contact_address: Annotated[
        MailAddress,
        Meta(
            title=N_("Contact address"),
            description=N_("Shown to visitors during maintenance and on error pages. May be empty."),
            extra={"group": _GENERAL},
        ),
    ] = ""
    registration: Annotated[
        Literal["open", "invited"],
        Meta(
            title=N_("Registration"),
            description=N_("Who may make an account. Accounts that exist already are not touched."),
            extra={
                "group": _PEOPLE,
                "labels": {"open": N_("Anybody"), "invited": N_("Invited people only")},
            },
        ),
    ] = "open"
    require_staff_mfa: Annotated[
        bool,
        Meta(
            title=N_("Staff must use two-factor authentication"),
            description=N_("Staff without it are led to its setup before they reach the administration."),
            extra={"group": _PEOPLE},
        ),
    ] = False
    mail_sender_name: Annotated[
        str,
        Meta(
            max_length=80,
            title=N_("Sender's name"),
            description=N_("The name that mails come from. Empty: the site's name."),
            extra={"group": _MAIL},
        ),
    ] = ""
    mail_sender_address: Annotated[
        MailAddress,
        Meta(
            title=N_("Sender's address"),
            description=N_(
                "Mails leave under this address when its domain is one of this site's own domains. Otherwise they"
                " leave under the standard address, and replies go to this one."
            ),
            extra={"group": _MAIL},
        ),
    ] = ""
    maintenance: Annotated[
        bool,
        Meta(
            title=N_("Maintenance mode"),
            description=N_(
                "Visitors see a notice instead of the site at once. Administrators go on working."
            ),
            extra={"group": _MAINTENANCE},
        ),
    ] = False
    maintenance_from: Annotated[
        LocalTime,
        Meta(
            title=N_("Planned from"),
            description=N_("Maintenance begins by itself at this time of the site's clock."),
            extra={"group": _MAINTENANCE, "moment": True},
        ),
    ] = ""
    maintenance_until: Annotated[
        LocalTime,
        Meta(
            title=N_("Planned until"),
            description=N_("Maintenance ends by itself at this time, also when it was switched on by hand."),
            extra={"group": _MAINTENANCE, "moment": True},
        ),
    ] = ""
    maintenance_notice_hours: Annotated[
        int,
        Meta(
            ge=0,
            le=336,
            title=N_("Announce how many hours before"),
            description=N_("A banner on all pages tells visitors of the planned time. 0: no banner."),
            extra={"group": _MAINTENANCE},
        ),
    ] = 24
    maintenance_message_ja: Annotated[
        str,
        Meta(
            max_length=1000,
            title=N_("Message (Japanese)"),
            description=N_("Shown on the maintenance page. Empty: a standard text."),
            extra={"group": _MAINTENANCE},
        ),
    ] = ""
    maintenance_message_en: Annotated[
        str,
        Meta(
            max_length=1000,
            title=N_("Message (English)"),
            description=N_("Shown on the maintenance page. Empty: a standard text."),
            extra={"group": _MAINTENANCE},
        ),
    ] = ""

    def window(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """When the planned maintenance begins and ends, aware, in ``zone``."""
        begins, ends = _moment(self.maintenance_from), _moment(self.maintenance_until)
        return begins and begins.replace(tzinfo=zone), ends and ends.replace(tzinfo=zone)

    def in_maintenance(self, now: datetime, zone: ZoneInfo) -> bool:
        begins, ends = self.window(zone)
        if ends and now >= ends:
            return False
        return self.maintenance or bool(begins and begins <= now)

    def is_announced(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether a planned maintenance is near enough to be spoken of."""
        begins, _ends = self.window(zone)
        if not begins or self.in_maintenance(now, zone):
            return False
        return begins - timedelta(hours=self.maintenance_notice_hours) <= now < begins

    def maintenance_message(self, locale: str) -> str:
        """In ``locale``, else in the other language, else ""."""
        texts = (self.maintenance_message_ja, self.maintenance_message_en)
        return (texts[0] or texts[1]) if locale == "ja" else (texts[1] or texts[0])


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_read: dict[tuple[uuid.UUID, int], SiteSettings] = {}
_READ_MAX: Final = 4096


def site_of(tenant: Tenant) -> SiteSettings:
    """What the directory holds in memory, defaults filled in. The language is the tenant's own column."""
    key = (tenant.id, tenant.version)
    found = _read.get(key)
    if found is None:
        if len(_read) >= _READ_MAX:
            _read.clear()
        found = _read[key] = _convert(tenant)
    return found


def _convert(tenant: Tenant) -> SiteSettings:
    stored = tenant.plugin_settings.get(OWNER, {})
    known = {name: stored[name] for name in SiteSettings.__struct_encode_fields__ if name in stored}
    return msgspec.convert({**known, "locale": tenant.locale}, SiteSettings)
