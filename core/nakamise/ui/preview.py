"""A page in a look that is not saved yet, and what the theme compiler does with its colours."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from litestar import MediaType, Response

from nakamise.contracts.control import BrandView
from nakamise.plugin.context import TenantCtx
from nakamise.routing.csp import policy
from nakamise.ui.color import contrast, parse_color, to_hex
from nakamise.ui.shell import build_shell
from nakamise.ui.theme import Brand, Scheme, build_ramp


class ColourNote(msgspec.Struct, frozen=True, kw_only=True):
    """One brand colour in one scheme: ``fill`` with ``on`` written on it, and ``text`` on the page.

    Colours are ``#rrggbb``, ratios WCAG contrasts. ``is_moved``: the chosen colour was not readable and gave way.
    """

    role: str
    scheme: str
    chosen: str
    fill: str
    on: str
    ratio: float
    text: str
    text_ratio: float
    is_moved: bool


def preview_page(
    ctx: TenantCtx,
    template: str,
    look: BrandView,
    /,
    *,
    scheme: Scheme | None = None,
    logo_url: str | None = None,
    **data: object,
) -> Response[bytes]:
    """``template`` as a page of a site that looks like ``look``, for a frame of the same origin.

    ``scheme`` shows light or dark whatever the look says; ``logo_url`` lies on this host. Raises ValueError for a colour that cannot be read.
    """
    brand = theme_of(look)
    shell = msgspec.structs.replace(
        build_shell(ctx, []),
        brand=brand,
        brand_name=look.name,
        scheme=scheme or look.scheme,
        logo_url=logo_url,
        description=(look.tagline_en if ctx.locale == "en" else "") or look.tagline,
        copyright=look.copyright or look.name,
        nav=(),
        tabs=(),
        user=None,
        is_framed=False,
    )
    body = ctx.runtime.renderer.render(template, shell, {"ctx": ctx, "look": look, **data})
    answer = Response(body.encode(), media_type=MediaType.HTML)
    answer.headers.update(
        {
            "cache-control": "no-store",
            "content-security-policy": policy(ctx.http.nonce, "'self'"),
            "x-frame-options": "SAMEORIGIN",
        }
    )
    return answer


def theme_of(look: BrandView) -> Brand:
    """What the theme compiler takes."""
    names = [field.name for field in msgspec.structs.fields(Brand)]
    return Brand(**{name: getattr(look, name) for name in names})


def colour_notes(look: BrandView) -> list[ColourNote]:
    """For both colours in both schemes. Raises ValueError for a colour that cannot be read."""
    return list(_notes(theme_of(look)))


def hex_of(colour: str) -> str:
    """``#rrggbb`` of a brand's colour, which may be ``oklch(L C H)``. Raises ValueError."""
    return to_hex(parse_color(colour))


def _notes(brand: Brand) -> Iterator[ColourNote]:
    for role, chosen in (("brand", brand.brand), ("accent", brand.accent)):
        for scheme in ("light", "dark"):
            ramp = build_ramp(brand, dark=scheme == "dark")
            fill, on, text = ramp[role], ramp[f"on-{role}"], ramp[f"{role}-text"]
            yield ColourNote(
                role=role,
                scheme=scheme,
                chosen=hex_of(chosen),
                fill=to_hex(fill),
                on=to_hex(on),
                ratio=round(contrast(fill, on), 1),
                text=to_hex(text),
                text_ratio=round(contrast(text, ramp["bg"]), 1),
                is_moved=to_hex(fill) != hex_of(chosen),
            )
