"""The negative controls: the same crawler finds our name wherever a careless author may put it."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from email.message import EmailMessage
from typing import Final

import httpx
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.whitelabel.forbidden import PRODUCT, Words
from tests.whitelabel.reading import read_answer, read_file, read_mail

WORDS: Final = Words({"shop-of-others": "the other shop's"})


def png(**texts: str) -> bytes:
    info = PngInfo()
    for name, value in texts.items():
        info.add_text(name, value, zip=True)
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG", pnginfo=info)
    return data.getvalue()


def jpeg(artist: str) -> bytes:
    exif = Image.Exif()
    exif[0x013B] = artist
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "JPEG", exif=exif)
    return data.getvalue()


def archive(member: str = "a.txt", text: str | bytes = "", comment: str = "") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(member, text)
        made.comment = comment.encode()
    return data.getvalue()


def pdf(producer: str, *, packed: bool) -> bytes:
    text = f"/Producer ({producer})".encode()
    stream = b"stream\n" + zlib.compress(text) + b"\nendstream" if packed else text
    return b"%PDF-1.7\n" + stream


def token(issuer: str) -> str:
    parts = ({"alg": "HS256"}, {"iss": issuer, "sub": "1"})
    packed = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return ".".join((*packed, "c2lnbmF0dXJl"))


def mail(**headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"From": "a@b.example", "Subject": "花", **headers}.items():
        made[name.replace("_", "-")] = value
    made.set_content("本文")
    return made


def answer(body: str = "", **headers: str) -> httpx.Response:
    kept = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(200, text=body, headers=kept)


ANSWERS: Final = {
    "text": answer("<p>Powered by Nakamise</p>"),
    "comment": answer("<!-- NAKAMISE 1.0 -->"),
    "attribute": answer('<meta name="generator" content="ＮＡＫＡＭＩＳＥ">'),
    "structured data": answer(
        '<script type="application/ld+json">{"brand": "\\u4ef2\\u898b\\u4e16"}</script>'
    ),
    "entity": answer("&#x4ef2;&#35211;世"),
    "with tags inside": answer("naka<wbr>mise"),
    "half width": answer("ﾅｶﾐｾ"),
    "address": answer('<a href="/?from=%E4%BB%B2%E8%A6%8B%E4%B8%96">'),
    "package": answer("ImportError: nakamise_shop"),
    "header": answer(server="nakamise/1.0"),
    "header's name": answer(x_nakamise_request="1"),
    "cookie": answer(set_cookie="nakamise_sid=1; Path=/"),
    "token": answer(json.dumps({"access_token": token("nakamise")})),
    "cookie that is a token": answer(set_cookie=f"sid={token('nakamise')}"),
    "picture in a page": answer(
        f'<img src="data:image/png;base64,{base64.b64encode(png(A="nakamise")).decode()}">'
    ),
    "the other shop": answer('<link rel="canonical" href="https://shop-of-others.example/">'),
}
FILES: Final = {
    "PNG text": png(Software="Nakamise 1.0"),
    "EXIF": jpeg("Nakamise"),
    "zip member's name": archive("nakamise.json"),
    "zip member": archive(text="made by nakamise"),
    "zip comment": archive(comment="nakamise export"),
    "zip in a zip": archive("inner.gz", gzip.compress(archive(text="nakamise"))),
    "PDF producer": pdf("Nakamise", packed=False),
    "PDF stream": pdf("Nakamise", packed=True),
    "UTF-16": b"\x00\x01" + "仲見世".encode("utf-16-be"),
}
MAILS: Final = {
    "header": mail(X_Mailer="nakamise 1.0"),
    "message id": mail(Message_ID="<1@nakamise.example>"),
    "encoded subject": mail(Subject="仲見世からのお知らせ"),
    "sender": mail(Reply_To="shop@shop-of-others.example"),
}


@pytest.mark.parametrize("where", ANSWERS)
def test_in_an_answer(where: str) -> None:
    assert WORDS.leaks(where, read_answer(ANSWERS[where]))


@pytest.mark.parametrize("where", FILES)
def test_in_a_file(where: str) -> None:
    assert WORDS.leaks(where, read_file("file", FILES[where], "application/octet-stream"))


@pytest.mark.parametrize("where", MAILS)
def test_in_a_mail(where: str) -> None:
    assert WORDS.leaks(where, read_mail(MAILS[where].as_bytes()))


def test_in_a_mails_body_that_is_encoded() -> None:
    made = mail()
    made.add_alternative("<p>仲見世</p>", subtype="html", cte="base64")
    assert WORDS.leaks("body", read_mail(made.as_bytes()))


@pytest.mark.parametrize("word", PRODUCT)
def test_every_spelling(word: str) -> None:
    assert WORDS.leaks("text", [("text", f"…{word.upper()}…")])


def test_a_leak_says_where_whose_and_what() -> None:
    [leak] = WORDS.leaks("GET /", read_answer(answer("<p>Thank you. shop-of-others</p>")))
    assert leak == ("GET / · body: the other shop's 'shop-of-others' in «<p>thank you. shop-of-others</p>»")


def test_what_is_clean_is_clean() -> None:
    assert WORDS.leaks("page", read_answer(answer("<p>仲間が見せる</p>", server="web"))) == []
    assert WORDS.leaks("picture", read_file("file", png(Title="花"), "image/png")) == []
    assert WORDS.leaks("mail", read_mail(mail().as_bytes())) == []
