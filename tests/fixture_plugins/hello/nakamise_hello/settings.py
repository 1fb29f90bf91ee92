"""What a tenant may set."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec


class Tone(enum.StrEnum):
    WARM = "warm"
    FORMAL = "formal"


class HelloSettings(msgspec.Struct, frozen=True):
    greeting: Annotated[str, msgspec.Meta(title="Greeting", max_length=40)] = "Hello"
    cut: Annotated[
        int, msgspec.Meta(title="Yen off each piece", description="0 turns the reduction off.", ge=0, le=1000)
    ] = 10
    shows_box: Annotated[bool, msgspec.Meta(title="Show the box on product pages")] = True
    tone: Annotated[Tone, msgspec.Meta(title="Tone")] = Tone.WARM
    words: Annotated[list[str], msgspec.Meta(title="Words to avoid")] = []
