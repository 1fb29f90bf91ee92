"""Mails from templates: a plain text and an HTML twin in the tenant's brand.

A mail ``shop/mail/shipped`` is two files: ``shop/mail/shipped.txt``, whose ``subject`` block is the subject,
and ``shop/mail/shipped.html``. They extend ``mail/layout.txt`` and ``mail/layout.html``. For most mails the
ready pair ``mail/notice`` is enough; it takes ``subject``, ``paragraphs``, ``facts`` and ``action``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    select_autoescape,
)
from markupsafe import Markup

from nakamise.ui.i18n import CORE, gettext_for, ngettext_for

_CORE_PREFIX: Final = "mail"
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_CONTROL: Final = re.compile(r"[\x00-\x20\x7f\\]")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


class MailBrand(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's face in a mail.

    ``base_url`` is the stored canonical origin (``https://shop.example``), never one from a request;
    ``accent`` and ``on_accent`` are ``#rrggbb``; ``footer`` lines say who sends this, and why.
    """

    name: str
    base_url: str
    accent: str
    on_accent: str
    footer: tuple[str, ...] = ()
    lang: str = "ja"

    def __post_init__(self) -> None:
        """Raises ValueError: colours and origin go into markup unescaped by meaning."""
        if not all(_COLOUR.fullmatch(colour) for colour in (self.accent, self.on_accent)):
            raise ValueError("a mail's colours are #rrggbb")
        parts = urlsplit(self.base_url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if parts.scheme not in ("http", "https") or not parts.hostname or self.base_url != origin:
            raise ValueError("base_url is an origin such as https://shop.example")

    def link(self, path: str) -> str:
        """The absolute URL of ``path``, which must be a path of this host. Raises ValueError."""
        if not path.startswith("/") or path.startswith("//") or _CONTROL.search(path):
            raise ValueError(f"not a path of this host: {path!r}")
        return self.base_url + path


class RenderedMail(msgspec.Struct, frozen=True):
    subject: str
    text: str
    html: str


class MailBox(msgspec.Struct, frozen=True):
    """What a plugin adds to the foot of a mail."""

    html: Markup
    text: str


class MailTemplates:
    """``loader`` finds the plugins' templates by name; the core's own are under ``mail/``."""

    def __init__(self, loader: BaseLoader | None = None) -> None:
        core = PrefixLoader({_CORE_PREFIX: PackageLoader("nakamise.mail")})
        self._environment = Environment(
            loader=ChoiceLoader([core, *([loader] if loader else [])]),
            autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def box(self, name: str, brand: MailBrand, values: Mapping[str, object]) -> MailBox:
        """The pair ``<name>.txt`` and ``<name>.html`` for the foot of a mail. Raises TemplateError."""
        context = {**values, **_language(name, brand.lang), "brand": brand, "link": brand.link}
        html = self._environment.get_template(f"{name}.html").render(context)
        text = self._environment.get_template(f"{name}.txt").render(context).strip()
        # The template escaped what it showed.
        return MailBox(Markup(html), text)  # noqa: S704

    def render(
        self, name: str, brand: MailBrand, values: Mapping[str, object], boxes: Sequence[MailBox] = ()
    ) -> RenderedMail:
        """In the language of ``brand``, with the catalog of the template's owner. Raises TemplateError."""
        context = {
            **values,
            **_language(name, brand.lang),
            "brand": brand,
            "link": brand.link,
            "boxes": boxes,
        }
        text = self._environment.get_template(f"{name}.txt")
        subject = " ".join("".join(text.blocks["subject"](text.new_context(context))).split())
        context["subject"] = subject
        html = self._environment.get_template(f"{name}.html")
        return RenderedMail(
            subject=subject,
            text=_BLANK_LINES.sub("\n\n", text.render(context)).strip() + "\n",
            html=html.render(context),
        )


def _language(template: str, lang: str) -> dict[str, object]:
    owner = template.partition("/")[0]
    domain = CORE if owner == _CORE_PREFIX else owner
    gettext = gettext_for(lang, domain)
    return {"_": gettext, "gettext": gettext, "ngettext": ngettext_for(lang, domain)}
