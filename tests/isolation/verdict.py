"""What an answer may be, given who asked and what the route says about access."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import httpx

from tests.isolation.table import Route

# A white label: no tenant's answer says who built it.
FRAMEWORK: Final = "nakamise"
# Every administrator has it; it counts on the operators' console only, which the service says.
OPERATORS_ONLY: Final = "agency.agencies.manage"
# For anybody signed in who is an approved broadcaster, which no permission says.
BROADCASTERS_ONLY: Final = (
    "/broadcaster/pictures/{which:str}",
    "/profile/{which:str}/remove",
    "/studio/broadcasts",
    "/studio/offers",
    "/social/followers",
    "/social/address",
)


@dataclass(frozen=True)
class Identity:
    """``accepted``: whether this tenant takes what is presented; everybody else is a guest here.

    ``may``: permissions that count in this session; ``lacks_mfa``: those that would with a second factor;
    ``presents``: an approved broadcaster.
    """

    name: str
    accepted: bool = False
    may: frozenset[str] = frozenset()
    lacks_mfa: frozenset[str] = frozenset()
    impersonates: bool = False
    presents: bool = False


def faults_of(route: Route, identity: Identity, answer: httpx.Response, foreign: str) -> list[str]:
    """``foreign`` is the other tenant's canary. Each fault is one line that says what to repeat."""
    found = []
    if answer.status_code >= 500:
        found.append("server error")
    if shows(answer, foreign):
        found.append("shows the other tenant's data")
    if shows(answer, FRAMEWORK):
        found.append("names the framework")
    if not _is_right(route, identity, answer):
        found.append("wrong status")
    return [f"{route} as {identity.name}: {fault} ({answer.status_code})" for fault in found]


def shows(answer: httpx.Response, word: str) -> bool:
    """In the body or in any header, however it is written."""
    texts = (answer.text, *answer.headers.keys(), *answer.headers.values())
    return any(word in text.lower() for text in texts)


def _is_right(route: Route, identity: Identity, answer: httpx.Response) -> bool:
    if route.access.public:
        return answer.status_code != httpx.codes.FORBIDDEN
    if not identity.accepted or (identity.impersonates and route.is_api):
        return _asks_to_log_in(route, answer)
    if identity.impersonates and route.is_sensitive:
        return answer.status_code == httpx.codes.FORBIDDEN
    permission = route.access.permission
    if permission in identity.lacks_mfa:
        return _asks_for_second_factor(route, answer)
    if permission == OPERATORS_ONLY and permission in identity.may:
        # Some forms say so on the page that they lead back to.
        return answer.is_client_error or answer.status_code == httpx.codes.SEE_OTHER
    if permission is not None and permission not in identity.may:
        return answer.status_code == httpx.codes.FORBIDDEN
    if _asks_to_log_in(route, answer):
        return False
    if route.path.endswith(BROADCASTERS_ONLY) and not identity.presents:
        # Some look at what was sent before they look at who sent it.
        return answer.is_client_error
    return answer.status_code != httpx.codes.FORBIDDEN


def _asks_to_log_in(route: Route, answer: httpx.Response) -> bool:
    if route.is_api:
        return answer.status_code == httpx.codes.UNAUTHORIZED
    return _leads_to(answer, "/login")


def _asks_for_second_factor(route: Route, answer: httpx.Response) -> bool:
    if route.is_api:
        return answer.status_code == httpx.codes.FORBIDDEN and answer.json()["code"] == "mfa_required"
    return _leads_to(answer, "/account/security")


def _leads_to(answer: httpx.Response, path: str) -> bool:
    return answer.status_code == httpx.codes.SEE_OTHER and answer.headers["location"].startswith(path)
