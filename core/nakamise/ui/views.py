"""Plain data that every page gets besides its own: who is looking, at which brand, with which navigation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from markupsafe import Markup

from nakamise.ui.theme import Brand, Scheme

FlashKind = Literal["ok", "info", "warn", "danger"]


class UserView(msgspec.Struct, frozen=True):
    id: str
    display_name: str
    avatar_url: str | None = None
    email_verified: bool = True


class NavLink(msgspec.Struct, frozen=True):
    """One link; `group` is the heading it stands under, `count` a badge (None hides it)."""

    label: str
    href: str
    icon: str = ""
    current: bool = False
    group: str = ""
    count: int | None = None


class LinkGroup(msgspec.Struct, frozen=True):
    title: str
    links: Sequence[NavLink]


class LocaleLink(msgspec.Struct, frozen=True):
    """A language to switch to: BCP 47 code and its own name (日本語, English)."""

    code: str
    label: str


class Flash(msgspec.Struct, frozen=True):
    """``to_plan``: with a link to the plan, which the text is about. Any other address could be forged."""

    kind: FlashKind
    text: str
    to_plan: bool = False


class Shell(msgspec.Struct, frozen=True, kw_only=True):
    """Everything around a page's content.

    `scheme` is what the visitor sees (his choice, else the brand's); `zone` an IANA name;
    `owners` the template owners that are on here ("core" is always on);
    `single_brand`: shops are neither listed nor named. `is_framed`: the content only, for a
    page that frames it. `slots` maps a slot name to ready markup, in display order. `at`: the server's clock, by
    which pages count down.
    """

    brand: Brand
    brand_name: str
    nonce: str
    locale: str = "ja"
    locales: Sequence[LocaleLink] = (LocaleLink("ja", "日本語"), LocaleLink("en", "English"))
    scheme: Scheme = "auto"
    zone: str = "Asia/Tokyo"
    at: datetime | None = None
    path: str = "/"
    title_suffix: str = ""
    description: str = ""
    logo_url: str | None = None
    favicon_url: str | None = None
    user: UserView | None = None
    owners: frozenset[str] = frozenset()
    nav: Sequence[NavLink] = ()
    tabs: Sequence[NavLink] = ()
    account_nav: Sequence[NavLink] = ()
    admin_nav: Sequence[NavLink] = ()
    footer: Sequence[LinkGroup] = ()
    actions: Sequence[Markup] = ()
    flashes: Sequence[Flash] = ()
    slots: Mapping[str, Sequence[Markup]] = {}
    banner: str = ""
    # Who acts as the user; "" in ordinary sessions.
    impersonator: str = ""
    copyright: str = ""
    home_url: str = "/"
    help_url: str = "/help"
    search_url: str | None = None
    search_query: str = ""
    login_url: str = "/login"
    register_url: str | None = "/register"
    logout_url: str = "/logout"
    preferences_url: str = "/preferences"
    single_brand: bool = False
    is_framed: bool = False
