"""Sending, over real SMTP conversations."""

from __future__ import annotations

import asyncio
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from nakamise.mail import BadMail, Mail, Mailer, MailRefused, MailTryLater, SmtpMailer
from nakamise.mail.smtp import parse_smtp_url
from tests.core.mail.smtp_servers import Inbox, certificate, scripted_server, smtp_server, talk_until_data

TEXT = "佐藤 花子 様\n\nご注文 A-1024 を承りました。①髙﨑 ½ 🎁\n.行頭の点\n" + "長い行" * 400 + "\n"
MAIL = Mail(
    to="buyer@example.com",
    subject="【花音コスメ】ご注文 A-1024 を承りました  ありがとうございます（自動送信）" * 2,
    text=TEXT,
    html=f"<p>{TEXT}</p>",
    sender_name='花音コスメ 表参道, "本店"',
    sender_address="shop@kanon.example",
    reply_to="help@kanon.example",
    headers={"List-Unsubscribe": "<https://kanon.example/mail/off?t=1>", "Message-ID": "<1@kanon.example>"},
)


def mailer(port: int, timeout_s: float = 10) -> Mailer:
    return SmtpMailer(f"smtp://127.0.0.1:{port}", timeout_s=timeout_s)


def parsed(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.req("LC-1.2.2")
async def test_japanese_arrives_as_it_was_written() -> None:
    inbox = Inbox()
    async with smtp_server(inbox) as port:
        await mailer(port).send(MAIL)
    envelope = inbox.taken[0]
    message = parsed(envelope)
    assert message["Subject"] == MAIL.subject
    assert message["From"].addresses[0].display_name == MAIL.sender_name
    assert (message["From"].addresses[0].addr_spec, message["To"]) == ("shop@kanon.example", MAIL.to)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("shop@kanon.example", [MAIL.to])
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == TEXT
    assert html.get_content().replace("\r\n", "\n") == f"<p>{TEXT}</p>"


async def test_every_line_is_ascii_and_short() -> None:
    inbox = Inbox()
    async with smtp_server(inbox) as port:
        await mailer(port).send(MAIL)
    content = inbox.taken[0].content
    assert isinstance(content, bytes)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78


async def test_the_headers_say_automatic_and_name_only_the_tenant() -> None:
    inbox = Inbox()
    async with smtp_server(inbox) as port:
        await mailer(port).send(MAIL)
        await mailer(port).send(
            Mail(to="a@b.example", subject="s", text="t", sender_name="n", sender_address="x@shop.example")
        )
    first, second = (parsed(envelope) for envelope in inbox.taken)
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Unsubscribe"] == "<https://kanon.example/mail/off?t=1>"
    assert first["Message-ID"] == "<1@kanon.example>"
    assert first["Reply-To"] == "help@kanon.example"
    assert first["Date"].datetime.tzinfo is not None
    assert second["Message-ID"].endswith("@shop.example>")
    assert inbox.ehlo == ["kanon.example", "shop.example"]
    assert second.get_content_type() == "text/plain"


@pytest.mark.parametrize("inbox", [Inbox(rcpt="550 no such user"), Inbox(data="554 not wanted")])
async def test_a_mail_that_the_server_refuses_is_refused_for_good(inbox: Inbox) -> None:
    async with smtp_server(inbox) as port:
        with pytest.raises(MailRefused) as caught:
            await mailer(port).send(MAIL)
    assert caught.value.code in (550, 554)


@pytest.mark.parametrize("inbox", [Inbox(rcpt="451 grey listed"), Inbox(data="452 no room now")])
async def test_a_mail_that_the_server_puts_off_may_be_tried_again(inbox: Inbox) -> None:
    async with smtp_server(inbox) as port:
        with pytest.raises(MailTryLater) as caught:
            await mailer(port).send(MAIL)
    assert caught.value.code in (451, 452)


async def test_a_connection_cut_in_the_middle_may_be_tried_again() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk_until_data(reader, writer)
        await reader.readexactly(20)
        writer.transport.abort()

    async with scripted_server(cut) as port:
        with pytest.raises(MailTryLater):
            await mailer(port).send(MAIL)


async def test_a_connection_cut_after_the_mail_was_taken_is_a_success() -> None:
    taken: list[bytes] = []

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk_until_data(reader, writer)
        taken.append(await reader.readuntil(b"\r\n.\r\n"))
        writer.write(b"250 taken\r\n")
        await writer.drain()

    async with scripted_server(cut) as port:
        await mailer(port).send(MAIL)
    assert len(taken) == 1


async def test_a_server_that_says_nothing_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async with scripted_server(silent) as port:
        with pytest.raises(MailTryLater):
            await mailer(port, timeout_s=0.3).send(MAIL)


async def test_a_server_that_talks_without_end_is_given_up() -> None:
    """Each line comes in time; only the whole conversation does not."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"220-wait\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with scripted_server(endless) as port:
        with pytest.raises(MailTryLater):
            await mailer(port, timeout_s=0.5).send(MAIL)


async def test_no_server_at_all_may_be_tried_again() -> None:
    async with smtp_server(Inbox()) as port:
        pass
    with pytest.raises(MailTryLater):
        await mailer(port).send(MAIL)


async def test_starttls_and_smtps_encrypt(tmp_path: Path) -> None:
    server_tls, client_tls = certificate(tmp_path)
    inbox = Inbox()
    async with smtp_server(inbox, starttls=server_tls) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}?starttls=1", tls_context=client_tls).send(MAIL)
    async with smtp_server(inbox, tls=server_tls) as port:
        await SmtpMailer(f"smtps://127.0.0.1:{port}", tls_context=client_tls).send(MAIL)
    assert len(inbox.taken) == 2
    assert inbox.encrypted[0]


async def test_an_unknown_certificate_gets_no_mail(tmp_path: Path) -> None:
    server_tls, _ = certificate(tmp_path)
    inbox = Inbox()
    async with smtp_server(inbox, starttls=server_tls) as port:
        with pytest.raises(MailTryLater):
            await SmtpMailer(f"smtp://127.0.0.1:{port}?starttls=1").send(MAIL)
    assert inbox.taken == []


async def test_starttls_is_required_when_asked_for() -> None:
    inbox = Inbox()
    async with smtp_server(inbox) as port:
        with pytest.raises(MailTryLater):
            await SmtpMailer(f"smtp://127.0.0.1:{port}?starttls=1").send(MAIL)
    assert inbox.taken == []


async def test_a_bad_mail_opens_no_connection() -> None:
    inbox = Inbox()
    async with smtp_server(inbox) as port:
        with pytest.raises(BadMail):
            await mailer(port).send(
                Mail(
                    to="a@b.example\r\nBcc: x@y.example",
                    subject="s",
                    text="t",
                    sender_name="n",
                    sender_address="x@shop.example",
                )
            )
    assert inbox.taken == []


@pytest.mark.parametrize(
    "url",
    ["http://h", "smtp://", "smtps://h?starttls=1", "smtp://user:hunter2@mail.example", "mail.example:25"],
)
def test_a_url_that_cannot_be_meant_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"SMTP|smtps|starttls") as caught:
        parse_smtp_url(url)
    assert "hunter2" not in str(caught.value)


def test_the_url_gives_port_and_decoded_password_and_hides_it() -> None:
    server = parse_smtp_url("smtp://us%40er:p%2Fw@mail.example?starttls=1")
    assert (server.port, server.username, server.password, server.starttls) == (587, "us@er", "p/w", True)
    assert parse_smtp_url("smtps://mail.example").port == 465
    assert "p/w" not in repr(server)
