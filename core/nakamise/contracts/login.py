"""Other ways to sign in than with a password: what a plugin tells the core, and what the core does with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Protocol

import msgspec
from litestar import Response

from nakamise.errors import Forbidden


class LoginMethod(msgspec.Struct, frozen=True):
    """A button on the login page. ``label`` is what it says, in the page's language.

    ``path`` lies in the plugin's pages (``/<plugin id>/…``) and gets ``?next=`` with a local path.
    ``icon`` names one of the sprite.
    """

    id: str
    label: str
    path: str
    icon: str = "log-in"


class PasswordAccount(msgspec.Struct, frozen=True):
    """Who gave the right password. ``is_staff``: has any role."""

    user_id: uuid.UUID
    email: str
    is_staff: bool


class ExternalIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """What another system said of somebody, after the plugin proved that it was said.

    ``issuer`` and ``subject`` together name the person for good. ``email_verified``: that system vouches for the
    address. ``has_mfa``: it asked for a second factor, and the tenant takes its word for it.
    """

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    display_name: str = ""
    has_mfa: bool = False


class AdmissionRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the tenant allows. ``may_create``: unknown people get an account; invited ones always do.

    Of ``managed_roles`` (ids) the person has exactly ``roles`` after signing in; other roles stay as they are.
    """

    may_create: bool = False
    managed_roles: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()


class LoginRefused(Forbidden):
    """Known to the other system, but not to be let in here; the message says why and what to do."""

    default_code = "login_refused"


class RoleChoice(msgspec.Struct, frozen=True):
    """``label`` in the reader's language."""

    id: str
    label: str


class StaffAccount(msgspec.Struct, frozen=True, kw_only=True):
    """``is_manager``: active, and may change users and their roles."""

    id: uuid.UUID
    display_name: str
    email: str
    is_manager: bool
    has_totp: bool


class ExternalLogin(Protocol):
    """``ctx.service(ExternalLogin)``: signs in people whom another system has recognised."""

    async def sign_in(
        self, identity: ExternalIdentity, rules: AdmissionRules, next_path: str
    ) -> Response[bytes]:
        """Open a session, or ask for the second factor that the person set up here.

        Whoever was linked before is found by issuer and subject. The first time the link is made by an e-mail
        address that both sides have verified, never by any other. Raises LoginRefused.
        """
        ...

    async def roles(self) -> Sequence[RoleChoice]:
        """All roles of the tenant."""
        ...

    async def staff(self) -> Sequence[StaffAccount]:
        """Everybody with a role, by name."""
        ...

    async def require_all_rights(self) -> None:
        """Raises Forbidden unless the actor holds every right that any role here carries.

        Whoever names a system that recognises people can let it recognise anybody.
        """
        ...
