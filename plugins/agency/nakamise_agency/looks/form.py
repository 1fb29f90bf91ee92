"""The brand's form: what is shown, typed and not yet saved."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from nakamise.contracts.control import BrandUpdate, BrandView
from nakamise.web import N_, Font, Scheme, hex_of

Percent = Annotated[int, Meta(ge=0, le=100)]
Line = Annotated[str, Meta(max_length=200)]
FIELDS: Final = {
    "name": N_("Name of the site"),
    "name_en": N_("Name in English"),
    "brand": N_("Main colour"),
    "accent": N_("Second colour"),
    "scheme": N_("Light or dark"),
    "radius": N_("Roundness of corners"),
    "font": N_("Font of texts"),
    "display": N_("Font of headings"),
    "tint": N_("Tint of the grounds"),
    "uppercase": N_("Headings in capital letters"),
    "tagline": N_("Tagline"),
    "tagline_en": N_("Tagline in English"),
    "copyright": N_("Copyright line"),
    "mail_name": N_("Sender's name of mails"),
    "mail_sender": N_("Sender's address of mails"),
}
# Name and what it is for.
PICTURES: Final = {
    "logo": (N_("Logo"), N_("In the header and in mails. Wide, on a transparent ground.")),
    "icon": (N_("Icon"), N_("In browser tabs. Square.")),
    "hero_wide": (N_("Picture of the first page (wide)"), N_("Behind the tagline on computers.")),
    "hero_phone": (N_("Picture of the first page (phone)"), N_("Behind the tagline on phones. Upright.")),
}


class BrandForm(msgspec.Struct, kw_only=True):
    """``tint`` in percent, ``radius`` in CSS pixels. What is empty and may be becomes the default."""

    name: Annotated[str, Meta(max_length=80)]
    brand: Annotated[str, Meta(max_length=60)]
    accent: Annotated[str, Meta(max_length=60)]
    name_en: Annotated[str, Meta(max_length=80)] = ""
    scheme: Scheme = "auto"
    radius: Annotated[int, Meta(ge=0, le=32)] = 12
    font: Font = "sans"
    display: Font = "sans"
    tint: Percent = 40
    uppercase: bool = False
    tagline: Line = ""
    tagline_en: Line = ""
    copyright: Line = ""
    mail_name: Annotated[str, Meta(max_length=80)] = ""
    mail_sender: Annotated[str, Meta(max_length=254)] = ""

    def update(self) -> BrandUpdate:
        values: dict[str, Any] = {**msgspec.structs.asdict(self), "tint": self.tint / 100}
        return BrandUpdate(**values)


def shown(look: BrandView) -> dict[str, Any]:
    """A saved look as the form's values."""
    values = {name: getattr(look, name) for name in BrandForm.__struct_fields__}
    return values | {
        "tint": round(look.tint * 100),
        "brand": hex_of(look.brand),
        "accent": hex_of(look.accent),
    }


def unsaved(look: BrandView, query: dict[str, str]) -> BrandView:
    """``look`` with what was typed; what cannot be used yet stays as it is saved."""
    typed = {}
    for name in BrandForm.__struct_fields__:
        if name not in query and name != "uppercase":
            continue
        value = _usable(name, query.get(name, "0"))
        if value is not None:
            typed[name] = value
    return msgspec.structs.replace(look, **typed)


def _usable(name: str, text: str) -> Any:
    field = next(one for one in msgspec.structs.fields(BrandForm) if one.name == name)
    try:
        if name in ("brand", "accent"):
            return hex_of(text)
        value = msgspec.convert(text, field.type, strict=False)
    except (ValueError, msgspec.ValidationError):
        return None
    if name == "name" and not value:
        return None
    return value / 100 if name == "tint" else value
