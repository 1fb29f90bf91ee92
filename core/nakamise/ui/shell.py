"""The frame around every page: brand, navigation, account, slots."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from markupsafe import Markup

from nakamise.media import Media
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise.plugin.slots import Slot
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.manual import help_url
from nakamise.ui.nav import nav_links
from nakamise.ui.theme import Brand
from nakamise.ui.views import Flash, LinkGroup, NavLink, Shell, UserView

# Shown by every page, under another name than their own.
SHELL_SLOTS: Final = (Slot.HEADER_ACTIONS,)
SCHEME_COOKIE: Final = "scheme"
SCHEMES: Final = ("light", "dark", "auto")
_LOGO_PX: Final = 480
_ICON_PX: Final = 128

_ACCOUNT: Final = (
    (N_("My page"), "/account", "user"),
    (N_("Profile"), "/account/profile", "pencil"),
    (N_("Addresses"), "/account/addresses", "map-pin"),
    (N_("Security"), "/account/security", "shield-check"),
)
# (permission, label, path, icon, heading), shown below what plugins add.
_ADMIN: Final = (
    ("core.users.read", N_("Users"), "/admin/users", "users", N_("People")),
    ("core.users.read", N_("Staff"), "/admin/staff", "shield-check", N_("People")),
    ("core.users.read", N_("Roles"), "/admin/roles", "key-round", N_("People")),
    ("core.pages.manage", N_("Legal pages"), "/admin/legal", "file-text", N_("Settings")),
    ("core.pages.manage", N_("Words of mails"), "/admin/mail-texts", "mail", N_("Settings")),
    ("core.plugins.manage", N_("Plugins"), "/admin/plugins", "puzzle", N_("Settings")),
    ("core.settings.manage", N_("Plan and usage"), "/admin/plan", "receipt-japanese-yen", N_("Settings")),
    ("core.settings.manage", N_("Site settings"), "/admin/settings", "settings", N_("Settings")),
    ("core.audit.read", N_("Audit log"), "/admin/audit", "history", N_("Settings")),
)
_LEGAL: Final = (
    (N_("Terms of use"), "/pages/terms"),
    (N_("Privacy policy"), "/pages/privacy"),
)
_SUPPORT: Final = ((N_("Help"), "/help"), (N_("Contact"), "/pages/contact"))


def with_boxes(shell: Shell, boxes: Mapping[str, Sequence[Markup]]) -> Shell:
    """``boxes`` by slot name."""
    actions = boxes.get(Slot.HEADER_ACTIONS.value, ())
    return msgspec.structs.replace(shell, slots=boxes, actions=actions)


def build_shell(ctx: TenantCtx, flashes: Sequence[Flash]) -> Shell:
    """Everything here is in memory: a page's frame costs no query of its own."""
    brand = brand_of(ctx.tenant)
    site = nav_links(ctx, "site")
    search_url = _search_url(site)
    return Shell(
        is_framed=ctx.http.is_framed,
        brand=brand,
        brand_name=brand.name,
        nonce=ctx.http.nonce,
        locale=ctx.locale,
        scheme=_scheme(ctx, brand),
        zone=ctx.tenant.timezone,
        at=ctx.now(),
        path=ctx.http.path,
        title_suffix=brand.name,
        description=_tagline(ctx),
        logo_url=_picture_url(ctx.tenant.brand.get("logo"), _LOGO_PX),
        favicon_url=_picture_url(ctx.tenant.brand.get("icon"), _ICON_PX),
        user=_user(ctx),
        owners=ctx.tenant.plugins,
        nav=site,
        tabs=_tabs(ctx, site),
        account_nav=_account(ctx),
        admin_nav=admin_links(ctx),
        footer=_footer(ctx, site),
        flashes=flashes,
        banner=_banner(ctx),
        impersonator=ctx.actor.impersonator or "",
        copyright=str(ctx.tenant.brand.get("copyright", "")) or brand.name,
        search_url=search_url,
        search_query=_search_query(ctx, search_url),
        single_brand=ctx.site.single_brand,
        help_url=help_url(ctx),
        register_url=None if ctx.site.registration == "invited" else "/register",
    )


def _banner(ctx: TenantCtx) -> str:
    """A planned maintenance, for everybody; one that goes on, for those who get in all the same."""
    _ = gettext_for(ctx.locale, "core")
    zone, now = ctx.tenant.zone, ctx.now()
    if ctx.site.in_maintenance(now, zone):
        return _("Under maintenance: visitors see a notice instead of the site.")
    begins, ends = ctx.site.window(zone)
    if not begins or not ctx.site.is_announced(now, zone):
        return ""
    until = f"{ends:%Y-%m-%d %H:%M}" if ends else ""
    return _("Maintenance is planned: %(begins)s – %(until)s", begins=f"{begins:%Y-%m-%d %H:%M}", until=until)


_brands: dict[tuple[uuid.UUID, int], Brand] = {}
_BRANDS_MAX: Final = 4096


def brand_of(tenant: Tenant) -> Brand:
    """Raises msgspec.ValidationError for a brand that no blueprint could have written."""
    key = (tenant.id, tenant.version)
    if key not in _brands:
        if len(_brands) >= _BRANDS_MAX:
            _brands.clear()
        known = {field.encode_name for field in msgspec.structs.fields(Brand)}
        values = {name: value for name, value in tenant.brand.items() if name in known}
        _brands[key] = msgspec.convert({"name": tenant.name, **values}, Brand, strict=False)
    return _brands[key]


def media_url(key: Any) -> str | None:
    return f"/media/{key}" if key else None


def _picture_url(picture: Any, at_least: int) -> str | None:
    """``picture`` is a ``Media`` as the brand's JSON holds it."""
    return msgspec.convert(picture, Media).url(at_least) if picture else None


def _tagline(ctx: TenantCtx) -> str:
    brand = ctx.tenant.brand
    return str(brand.get(f"tagline_{ctx.locale}") or brand.get("tagline", ""))


def _scheme(ctx: TenantCtx, brand: Brand) -> Any:
    chosen = ctx.http.cookies.get(SCHEME_COOKIE)
    return chosen if chosen in SCHEMES else brand.scheme


def _user(ctx: TenantCtx) -> UserView | None:
    actor = ctx.actor
    if actor.user_id is None:
        return None
    return UserView(str(actor.user_id), actor.display_name, media_url(actor.avatar), actor.email_verified)


def _tabs(ctx: TenantCtx, site: list[NavLink]) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "core")
    home = NavLink(_("Home"), "/", "house", ctx.http.path == "/")
    mine = NavLink(_("My page"), "/account", "user", ctx.http.path.startswith("/account"))
    return [home, *site[:3], mine]


def _account(ctx: TenantCtx) -> list[NavLink]:
    _ = gettext_for(ctx.locale, "core")
    own = [NavLink(_(label), href, icon, _is_here(ctx, href)) for label, href, icon in _ACCOUNT]
    return [own[0], *nav_links(ctx, "account"), *own[1:]]


def _is_here(ctx: TenantCtx, href: str) -> bool:
    """At ``href`` or below it; "/account" itself is above all the others."""
    path = ctx.http.path
    return path == href or (href != "/account" and path.startswith(f"{href}/"))


def admin_links(ctx: TenantCtx) -> list[NavLink]:
    """The administration's screens that this actor may open."""
    if ctx.actor.is_guest:
        return []
    _ = gettext_for(ctx.locale, "core")
    links = nav_links(ctx, "admin")
    for permission, label, href, icon, group in _ADMIN:
        if ctx.actor.can(permission):
            links.append(NavLink(_(label), href, icon, _is_here(ctx, href), _(group)))
    # A group's links stand together, where its first one stands.
    order = list(dict.fromkeys(link.group for link in links))
    links.sort(key=lambda link: order.index(link.group))
    if links or ctx.actor.can("core.admin"):
        links.insert(0, NavLink(_("Dashboard"), "/admin", "layout-dashboard", ctx.http.path == "/admin"))
    return links


def _footer(ctx: TenantCtx, site: list[NavLink]) -> list[LinkGroup]:
    _ = gettext_for(ctx.locale, "core")
    legal = [NavLink(_(label), href) for label, href in _LEGAL]
    support = [NavLink(_(label), href) for label, href in _SUPPORT]
    return [
        LinkGroup(_("Service"), [NavLink(_("Home"), "/"), *site]),
        LinkGroup(_("Support"), support),
        LinkGroup(_("Legal"), [*nav_links(ctx, "footer"), *legal]),
    ]


def _search_url(site: list[NavLink]) -> str | None:
    """Where the header's search box sends its query: the first site link of a plugin that can search."""
    return next((link.href for link in site if link.icon == "search"), None)


def _search_query(ctx: TenantCtx, search_url: str | None) -> str:
    """What was searched for stays in the box."""
    if ctx.http.path != search_url:
        return ""
    return dict(parse_qsl(ctx.http.query)).get("q", "")[:100]
