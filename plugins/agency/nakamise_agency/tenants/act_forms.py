"""What the forms of a site's acts send, and the API takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Reason = Annotated[str, Meta(min_length=1, max_length=500)]


class ReasonInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``reason`` goes into the logs."""

    reason: Reason


class ImpersonateInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``role``: whose rights the session has on the site."""

    reason: Reason
    role: Annotated[str, Meta(min_length=1, max_length=60)] = "admin"


class DeleteInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``confirm_slug``: the site's short name, typed once more."""

    confirm_slug: Annotated[str, Meta(min_length=1, max_length=60)]
    reason: Reason
