"""Errors that a request can end with.

    Problem                     any of them; carries an HTTP status and a message for the user
    ├── BadRequest        400   the request could not be understood
    ├── Unauthenticated   401   nobody is signed in
    ├── Forbidden         403   somebody is, but may not
    ├── NotFound          404   it is not there, or not for this tenant or user
    ├── Conflict          409   the state of the thing forbids it now
    │   └── LimitReached        the plan allows no more
    ├── Gone              410   it was there once
    ├── Invalid           422   one or more fields are wrong
    ├── TooMany           429   slow down
    └── Unavailable       503   try again later

Messages are English gettext msgids; the edge translates them (see ``routing.errors``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from nakamise.ui.i18n import N_


class NakamiseError(Exception):
    """Base of everything that the framework raises on purpose."""


class Problem(NakamiseError):
    """An answer to the user.

    ``message`` is a msgid with ``%(name)s`` placeholders filled from ``params`` after translation;
    ``domain`` is the catalog that owns it (a plugin id, or "core"); ``code`` is stable and machine-readable.
    """

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        domain: str = "core",
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.domain = domain
        self.params = dict(params or {})
        self.headers = dict(headers or {})


class BadRequest(Problem):
    """400: the request makes no sense."""

    status = 400
    default_code = "bad_request"


class Unauthenticated(Problem):
    """401: nobody is logged in."""

    status = 401
    default_code = "unauthenticated"


class Forbidden(Problem):
    """403: this user may not."""

    status = 403
    default_code = "forbidden"


class MfaRequired(Forbidden):
    """Allowed, but only to a session that passed a second factor. Pages lead to where that is done."""

    default_code = "mfa_required"

    def __init__(self) -> None:
        super().__init__(N_("This needs two-step login. Switch it on, or log in again with your code."))


class NotFound(Problem):
    """404: not here, or not to be seen."""

    status = 404
    default_code = "not_found"

    def __init__(self, message: str = "The page or item was not found.", **rest: object) -> None:
        super().__init__(message, **rest)  # type: ignore[arg-type]


class Conflict(Problem):
    """409: the state forbids it."""

    status = 409
    default_code = "conflict"


class LimitReached(Conflict):
    """409: the tenant's plan allows no more; the message says what to do."""

    default_code = "plan_limit"


class Gone(Problem):
    """410: it was here once."""

    status = 410
    default_code = "gone"


class FieldError(NakamiseError):
    """One field's fault; ``message`` and ``params`` as in ``Problem``."""

    def __init__(self, message: str, *, domain: str = "core", **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.domain = domain
        self.params = params


class Invalid(Problem):
    """``fields`` maps a field's name (dotted for nested ones) to what is wrong with it."""

    status = 422
    default_code = "invalid"

    def __init__(
        self, fields: Mapping[str, FieldError], message: str = "Please check the marked fields."
    ) -> None:
        super().__init__(message)
        self.fields = dict(fields)


class TooMany(Problem):
    """429: too many tries; ``Retry-After`` says when."""

    status = 429
    default_code = "too_many"

    def __init__(
        self, retry_after_s: int, message: str = "Too many tries. Please wait a moment.", **rest: object
    ) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after_s)}, **rest)  # type: ignore[arg-type]
        self.retry_after_s = retry_after_s


class Unavailable(Problem):
    """503: try again later."""

    status = 503
    default_code = "unavailable"


class Unsealable(NakamiseError):
    """Sealed for another tenant or place, under a key that is not here, or damaged."""
