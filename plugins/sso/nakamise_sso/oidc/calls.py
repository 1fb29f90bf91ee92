"""Calls to a provider, by the guarded client: public addresses only, no redirects, small answers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import msgspec

from nakamise.egress import Answer, EgressFailed
from nakamise.plugin import TenantCtx
from nakamise_sso.faults import ProviderFault

_BODY_MAX: Final = 256 * 1024
_JSON: Final = {"accept": "application/json", "user-agent": "oidc-client"}


async def get_json(ctx: TenantCtx, url: str, *, bearer: str = "") -> dict[str, Any]:
    """Raises ProviderFault for anything but 200 with a JSON object."""
    headers = {**_JSON, **({"authorization": f"Bearer {bearer}"} if bearer else {})}
    answer = await _send(ctx, "GET", url, headers, b"")
    if answer.status != 200:
        raise ProviderFault("answer", f"HTTP {answer.status}")
    return _object(answer)


async def post_form(
    ctx: TenantCtx, url: str, fields: Mapping[str, str], *, basic: tuple[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object. Raises ProviderFault. ``basic``: credentials as in RFC 6749 §2.3.1."""
    headers = {**_JSON, "content-type": "application/x-www-form-urlencoded"}
    if basic is not None:
        pair = ":".join(quote_plus(part) for part in basic)
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    answer = await _send(ctx, "POST", url, headers, urlencode(fields).encode())
    return answer.status, _object(answer)


async def _send(ctx: TenantCtx, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
    try:
        return await ctx.egress.send(method, url, headers=headers, content=content, body_max=_BODY_MAX)
    except EgressFailed as failed:
        raise ProviderFault("unreachable", failed.reason) from failed


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.body)
    except msgspec.DecodeError as error:
        raise ProviderFault("answer", f"HTTP {answer.status}, no JSON") from error
    if not isinstance(found, dict):
        raise ProviderFault("answer", f"HTTP {answer.status}, no JSON object")
    return found
