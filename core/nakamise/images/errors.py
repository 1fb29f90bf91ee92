"""Why a picture was not taken."""

from __future__ import annotations

from typing import Final, Literal

from nakamise.errors import FieldError, NakamiseError, Unavailable
from nakamise.ui.i18n import N_

Code = Literal["too_large", "too_many_pixels", "not_an_image", "animated", "damaged"]


_MESSAGES: Final[dict[Code, str]] = {
    "too_large": N_("The picture is too large. Please choose one of at most %(megabytes)s MB."),
    "too_many_pixels": N_(
        "The picture has too many pixels. Please choose one of at most %(megapixels)s million."
    ),
    "not_an_image": N_("Please choose a JPEG, PNG or WebP picture."),
    "animated": N_("Moving pictures cannot be used. Please choose a still picture."),
    "damaged": N_("The picture is damaged and cannot be read. Please choose another one."),
}


class ImageRefused(FieldError):
    """The user's file is at fault; usable as a field's error in `nakamise.errors.Invalid`."""

    def __init__(self, code: Code, *, megabytes: int, megapixels: int) -> None:
        super().__init__(_MESSAGES[code], megabytes=megabytes, megapixels=megapixels)
        self.code = code

    @property
    def message_id(self) -> str:
        return self.message


class ImagesBusy(Unavailable):
    """Too many pictures are being worked on."""

    default_code = "images_busy"

    def __init__(self) -> None:
        super().__init__(
            N_("Many pictures are being processed. Please try again in a moment."),
            headers={"Retry-After": "5"},
        )


class ImageWorkerFailed(NakamiseError):
    """The decoding process itself is broken (a fault of the installation, not of the picture)."""
