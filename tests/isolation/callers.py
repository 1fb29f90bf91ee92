"""The fourteen kinds of people that may turn up at a tenant, each with what the tenant must take them for.

API keys are not among them, because nobody issues any yet: programs log in like people and get the bearer
tokens that every caller here presents on /api/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import httpx

from nakamise.runtime import Runtime
from tests.isolation.house import CLERK_MAY, ROLES, House
from tests.isolation.stage import PRESENTER
from tests.isolation.table import Route
from tests.isolation.verdict import Identity

IMPERSONATOR: Final = "Agency: Hana"


@dataclass
class Caller:
    """Somebody with a session of ``house``, presented at whichever tenant is asked."""

    identity: Identity
    house: House | None = None
    person: str = ""
    lifetime: timedelta = timedelta(hours=1)
    has_mfa: bool = False
    _kept: dict[bool, Mapping[str, str]] = field(default_factory=dict)

    async def headers(self, route: Route) -> Mapping[str, str]:
        if route.is_api not in self._kept:
            self._kept[route.is_api] = await self._sign_in(route)
        return self._kept[route.is_api]

    def answered(self, route: Route, answer: httpx.Response) -> None:
        """A session serves until something was written with it, which may have ended it: a refusal wrote nothing."""
        was_refused = answer.is_client_error or answer.headers.get("location", "").startswith("/login")
        if route.method != "GET" and not was_refused:
            self._kept.clear()

    async def _sign_in(self, route: Route) -> Mapping[str, str]:
        if self.house is None:
            return {}
        if self.identity.impersonates:
            # Such sessions are for browsers only; on the API the cookie must not count.
            return await self.house.sign_in(
                self.person, is_api=False, has_mfa=True, impersonator=IMPERSONATOR
            )
        return await self.house.sign_in(
            self.person, is_api=route.is_api, lifetime=self.lifetime, has_mfa=self.has_mfa
        )


def callers(runtime: Runtime, home: House, away: House, agency: House, operator: House) -> list[Caller]:
    """Everybody that may turn up at ``home``; ``agency`` is the one above it."""
    past = timedelta(hours=-1)
    admin = _permissions(runtime, "admin")
    with_code = frozenset(one for one in admin if runtime.host.needs_mfa(one))
    acting = Identity("agency acting as the admin", accepted=True, may=admin, impersonates=True)
    taken = [
        *(_here(runtime, home, person) for person in ("buyer", "neighbour", "staff", "broadcaster")),
        Caller(Identity("admin", accepted=True, may=admin - with_code, lacks_mfa=with_code), home, "admin"),
        Caller(Identity("admin with a second factor", accepted=True, may=admin), home, "admin", has_mfa=True),
        Caller(Identity("role of one's own", accepted=True, may=frozenset(CLERK_MAY)), home, "clerk"),
        Caller(acting, home, "admin"),
    ]
    guests = [
        Caller(Identity("guest")),
        Caller(Identity("suspended user"), home, "suspended"),
        Caller(Identity("admin of yesterday"), home, "admin", past, has_mfa=True),
        Caller(Identity("the other tenant's admin"), away, "admin", has_mfa=True),
        Caller(Identity("staff of the agency above"), agency, "admin", has_mfa=True),
        Caller(Identity("operator"), operator, "admin", has_mfa=True),
    ]
    return [*taken, *guests]


def _here(runtime: Runtime, home: House, person: str) -> Caller:
    may = _permissions(runtime, ROLES[person])
    return Caller(Identity(person, accepted=True, may=may, presents=person == PRESENTER), home, person)


def _permissions(runtime: Runtime, role: str) -> frozenset[str]:
    """As the manifests declare them."""
    return frozenset(one.id for one in runtime.host.permissions() if role and role in one.roles)
