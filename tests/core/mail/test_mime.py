"""What a mail looks like as bytes."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import parseaddr

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nakamise.mail import BadMail, Mail, mime_bytes
from nakamise.mail.mime import mail_address

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MAIL = Mail(to="a@b.example", subject="s", text="t", sender_name="n", sender_address="x@shop.example")
BREAKS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x00", "\x1c", "\x85", "\u2028", "\u2029"]
printable = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"))


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize("field", ["to", "subject", "sender_name", "sender_address", "reply_to"])
def test_no_value_can_start_another_header(field: str, line_break: str) -> None:
    value = f"a@b.example{line_break}Bcc: victim@example.com"
    with pytest.raises(BadMail):
        mime_bytes(msgspec.structs.replace(MAIL, **{field: value}), NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "1\r\nBcc: v@example.com"},
        {"X-A\r\nBcc": "v@example.com"},
        {"X-A: v": "x"},
        {"Bcc": "v@example.com"},
        {"to": "v@example.com"},
        {"Content-Type": "text/html"},
        {"X-Name": "花音"},
    ],
)
def test_further_headers_cannot_redirect_or_break_the_mail(headers: dict[str, str]) -> None:
    with pytest.raises(BadMail):
        mime_bytes(msgspec.structs.replace(MAIL, headers=headers), NOW)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b.example",
        "a@",
        "a@b.example, c@d.example",
        "a b@c.example",
        "花@b.example",
        "<a@b.example>",
    ],
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    with pytest.raises(BadMail):
        mail_address(address)


def test_an_international_domain_goes_out_in_ascii() -> None:
    assert mail_address("shop@花音.example").addr_spec == "shop@" + "花音.example".encode("idna").decode()


# A reader may collapse white space in a name, not in a subject.
@given(printable, printable.map(lambda name: " ".join(name.split())))
def test_any_subject_and_name_come_back(subject: str, name: str) -> None:
    data = mime_bytes(msgspec.structs.replace(MAIL, subject=subject, sender_name=name), NOW)
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert message["Subject"] == subject
    # Not through the newer parser: it keeps the space between two encoded words of a name (RFC 2047 §6.2).
    shown, address = parseaddr(email.message_from_bytes(data)["From"])
    assert (str(make_header(decode_header(shown))), address) == (name, "x@shop.example")
    assert re.search(rb"(?m)^[^\r\n]{77,}", data) is None
