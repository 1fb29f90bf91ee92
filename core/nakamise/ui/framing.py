"""Pages that other sites may show in a frame, and pages that show frames of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from litestar import Response

from nakamise.plugin.context import TenantCtx
from nakamise.routing.csp import policy

_ORIGIN: Final = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")


def frameable(ctx: TenantCtx, answer: Response[bytes], origins: Sequence[str]) -> Response[bytes]:
    """``answer``, for frames of ``origins`` ("https://shop.example"); other sites are refused by the browser.

    What the visitor's cookies know is not there: browsers send them to their own site only (SameSite=Lax).
    """
    answer.headers["content-security-policy"] = policy(ctx.http.nonce, " ".join(("'self'", *origins)))
    return answer


def with_origins(ctx: TenantCtx, answer: Response[bytes], origins: Sequence[str]) -> Response[bytes]:
    """``answer``, whose scripts may call ``origins`` ("https://js.stripe.com") and show frames of them.

    Only what looks like an origin gets into the header; anything else is left out.
    """
    known = [origin for origin in origins if _ORIGIN.fullmatch(origin)]
    if known:
        ancestors = "'self'" if ctx.http.is_framed else "'none'"
        answer.headers["content-security-policy"] = policy(ctx.http.nonce, ancestors, known)
    return answer
