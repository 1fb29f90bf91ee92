"""What a tenant may set: one field of every kind that the form knows."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.plugin.settings import Color, Email, LongText, Money, Percent, Picture, Secret, Url


class Tone(enum.StrEnum):
    WARM = "warm"
    FORMAL = "formal"


class Day(enum.StrEnum):
    WEEKDAYS = "weekdays"
    WEEKENDS = "weekends"
    HOLIDAYS = "holidays"


class Sender(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(title="Name", max_length=40)] = ""
    address: Annotated[Email, Meta(title="Mail address")] = ""


class Circle(msgspec.Struct, frozen=True):
    """People who are greeted in a way of their own."""

    label: Annotated[str, Meta(title="Name of the circle", max_length=20)] = ""
    rate: Annotated[Percent, Meta(title="Rate")] = 0
    password: Annotated[Secret, Meta(title="Password of the circle")] = ""


class HelloSettings(msgspec.Struct, frozen=True):
    greeting: Annotated[str, Meta(title="Greeting", max_length=40)] = "Hello"
    cut: Annotated[
        int, Meta(title="Yen off each piece", description="0 turns the reduction off.", ge=0, le=1000)
    ] = 10
    shows_box: Annotated[bool, Meta(title="Show the box on product pages")] = True
    tone: Annotated[Tone, Meta(title="Tone")] = Tone.WARM
    words: Annotated[list[str], Meta(title="Words to avoid")] = []
    shows_marks: Annotated[bool, Meta(title="Show a mark on every page", extra={"group": "Appearance"})] = (
        False
    )
    colour: Annotated[Color, Meta(title="Colour", extra={"group": "Appearance"})] = "#0f766e"
    picture: Annotated[Picture, Meta(title="Picture", extra={"group": "Appearance"})] = None
    story: Annotated[LongText, Meta(title="Story", max_length=500, extra={"group": "Appearance"})] = ""
    days: Annotated[frozenset[Day], Meta(title="Days of greeting", extra={"group": "Times"})] = frozenset()
    since: Annotated[dt.date | None, Meta(title="Since", extra={"group": "Times"})] = None
    opens: Annotated[dt.time, Meta(title="From what time", extra={"group": "Times"})] = dt.time(9, 0)
    party: Annotated[dt.datetime | None, Meta(title="Next party", extra={"group": "Times"})] = None
    gift: Annotated[Money, Meta(title="Value of the gift", extra={"group": "Figures"})] = 500
    chance: Annotated[Percent, Meta(title="Chance of a gift", extra={"group": "Figures"})] = 1250
    weight: Annotated[Decimal, Meta(title="Weight in kg", extra={"group": "Figures"})] = Decimal("1.5")
    site: Annotated[Url, Meta(title="Address of the greeters", extra={"group": "Connection"})] = ""
    api_key: Annotated[Secret, Meta(title="Key of the greeters", extra={"group": "Connection"})] = ""
    sender: Annotated[Sender, Meta(title="Sender", extra={"group": "Connection"})] = Sender()
    circles: Annotated[list[Circle], Meta(title="Circles", max_length=5, extra={"group": "Connection"})] = []
