"""Pictures that somebody sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from litestar import Request
from litestar.datastructures import UploadFile

from nakamise.errors import FieldError, Invalid
from nakamise.media import ImageRefused
from nakamise.web import N_
from nakamise_livestream.words import DOMAIN

FIELD: Final = "picture"


async def picture_in(request: Request[Any, Any, Any]) -> bytes:
    """The file ``picture`` of a multipart form. Raises Invalid."""
    given = (await request.form()).get(FIELD)
    if not isinstance(given, UploadFile):
        raise Invalid({FIELD: FieldError(N_("Please choose a picture."), domain=DOMAIN)})
    return await given.read()


@contextmanager
def refusing() -> Iterator[None]:
    """What is no picture becomes a fault of the field. Raises Invalid."""
    try:
        yield
    except ImageRefused as refused:
        raise Invalid({FIELD: refused}) from refused
