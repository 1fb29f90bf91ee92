"""Pages that other sites may show in a frame."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import Response

from nakamise.plugin.context import TenantCtx
from nakamise.routing.csp import policy


def frameable(ctx: TenantCtx, answer: Response[bytes], origins: Sequence[str]) -> Response[bytes]:
    """``answer``, for frames of ``origins`` ("https://shop.example"); other sites are refused by the browser.

    What the visitor's cookies know is not there: browsers send them to their own site only (SameSite=Lax).
    """
    answer.headers["content-security-policy"] = policy(ctx.http.nonce, " ".join(("'self'", *origins)))
    return answer
