"""What is typed."""

from __future__ import annotations

import uuid
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise_shipping.domain.wish import Wish

Text = Annotated[str, Meta(max_length=300)]


class WishBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """ "" = no wish. ``day`` is an ISO date, ``hours`` and ``wrapping`` are codes of what is offered."""

    day: Text = ""
    hours: Text = ""
    wrapping: Text = ""
    noshi: Text = ""
    noshi_name: Text = ""
    card: Text = ""

    @property
    def wish(self) -> Wish:
        return Wish(**{name: getattr(self, name) for name in Wish.__struct_fields__})


class ChooseBody(WishBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    address_id: uuid.UUID


class ChangeBody(WishBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version`` is what was read: a change of somebody else meanwhile is not lost."""

    version: int


class ChooseForm(WishBody, frozen=True, kw_only=True):
    address: uuid.UUID
    shop: uuid.UUID


class ChangeForm(WishBody, frozen=True, kw_only=True):
    version: int
