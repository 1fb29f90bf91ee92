"""The form of a new site."""

from __future__ import annotations

import re
import uuid
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.contracts.control import BrandUpdate, NewTenantRequest
from nakamise.plugin import TenantCtx
from nakamise.web import N_, Font, Scheme
from nakamise_agency.plane import plane
from nakamise_agency.words import words

FIELDS: Final = {
    "name": N_("Name of the site"),
    "slug": N_("Short name"),
    "blueprint": N_("What to start from"),
    "brand": N_("Main colour"),
    "accent": N_("Second colour"),
    "logo": N_("Logo"),
    "hosts": N_("Own domains"),
    "plan": N_("Plan"),
    "agency_id": N_("Agency"),
    "admin_name": N_("Name of the first administrator"),
    "admin_email": N_("E-mail of the first administrator"),
}


class NewTenantForm(msgspec.Struct, kw_only=True):
    """``hosts``: one a line. Colours that are empty come with the blueprint."""

    name: Annotated[str, Meta(max_length=80)]
    slug: Annotated[str, Meta(max_length=40)]
    admin_name: Annotated[str, Meta(max_length=80)]
    admin_email: Annotated[str, Meta(max_length=254)]
    blueprint: str = ""
    brand: Annotated[str, Meta(max_length=60)] = ""
    accent: Annotated[str, Meta(max_length=60)] = ""
    scheme: Scheme | None = None
    font: Font | None = None
    hosts: Annotated[str, Meta(max_length=2000)] = ""
    plan: str = ""
    locale: str = "ja"
    agency_id: uuid.UUID | None = None

    def request(self) -> NewTenantRequest:
        return NewTenantRequest(
            name=self.name,
            slug=self.slug.lower(),
            admin_email=self.admin_email,
            admin_name=self.admin_name,
            blueprint=self.blueprint,
            brand=self._brand(),
            hosts=tuple(line.strip() for line in self.hosts.splitlines() if line.strip()),
            plan=self.plan,
            locale=self.locale,
            agency_id=self.agency_id,
        )

    def _brand(self) -> BrandUpdate:
        return BrandUpdate(
            brand=self.brand or msgspec.UNSET,
            accent=self.accent or msgspec.UNSET,
            scheme=self.scheme or msgspec.UNSET,
            font=self.font or msgspec.UNSET,
        )


class SlugState(msgspec.Struct, frozen=True):
    """``kind`` as of ``ui.notice``."""

    kind: str
    text: str


_SLUG: Final = re.compile(r"(?=.{2,40}\Z)[a-z0-9](-?[a-z0-9])*\Z")


async def slug_state(ctx: TenantCtx, slug: str) -> SlugState:
    """Raises NotFound where there is no console."""
    control = plane(ctx)
    _ = words(ctx)
    slug = slug.lower()
    if _SLUG.match(slug) is None:
        return SlugState("info", _("2 to 40 small letters, digits and single hyphens."))
    if await control.is_slug_free(slug):
        return SlugState("ok", _("%(slug)s is free.", slug=slug))
    return SlugState("danger", _("%(slug)s is taken. Please choose another one.", slug=slug))
