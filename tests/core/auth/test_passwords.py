"""Hashing, and what may be chosen."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from nakamise.auth.pace import FLOOR_S
from nakamise.auth.passwords import MAX_BYTES, Passwords, common_passwords, fault_of_new
from tests.core.accounts import Site

ROUNDS = 15


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords()


async def test_the_parameters_are_those_of_owasp(passwords: Passwords) -> None:
    assert (await passwords.hash("correct horse")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_every_character_counts(passwords: Passwords) -> None:
    long = "あ" * (MAX_BYTES // 3)
    stored = await passwords.hash(long)
    assert await passwords.verify(stored, long)
    assert not await passwords.verify(stored, long[:-1])
    assert not await passwords.verify(stored, long + "い")


async def test_the_same_keys_give_the_same_password_on_every_device(passwords: Passwords) -> None:
    stored = await passwords.hash("ｐａｓｓ word 2026 が")
    assert await passwords.verify(stored, "pass word 2026 が")


async def test_a_broken_hash_matches_nothing(passwords: Passwords) -> None:
    assert not await passwords.verify("not a hash", "x")
    assert not await passwords.verify(None, "nobody's password")


@pytest.mark.req("LC-1.2.1")
@pytest.mark.parametrize(
    "word",
    ["password", "PASSWORD1", "ｐａｓｓｗｏｒｄ", "12345678", "aaaaaaaaaaaa", "パスワード123", "qwertyuiop"],
)
def test_what_everybody_chooses_is_refused(word: str) -> None:
    fault = fault_of_new(word)
    assert fault is not None
    assert fault.message == "This password is too easy to guess."


@pytest.mark.req("LC-1.2.1")
@pytest.mark.parametrize(
    "word", ["eight888", "no digits at all", "ひらがなだけのながいもの", " 4 spaces ", "x" * 55 + "yz" * 50]
)
def test_length_is_all_that_is_asked_for(word: str) -> None:
    assert fault_of_new(word) is None


def test_the_list_holds_words_that_pass_the_length_rule() -> None:
    assert len(common_passwords()) > 1000
    assert all(len(word) >= 6 for word in common_passwords())


async def seconds_of(act: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await act()
    return time.perf_counter() - began


async def medians(
    one: Callable[[], Awaitable[object]], other: Callable[[], Awaitable[object]]
) -> tuple[float, float]:
    """Taken in turns, so that a busy machine is busy for both."""
    pairs = [(await seconds_of(one), await seconds_of(other)) for _ in range(ROUNDS)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


@pytest.mark.req("LC-1.1.3")
async def test_an_unknown_address_takes_as_long_as_a_wrong_password(site: Site) -> None:
    user = await site.user()
    browsers = iter([site.browser(address=f"10.0.{n}.1") for n in range(2 * ROUNDS)])

    async def log_in(email: str) -> httpx.Response:
        return await next(browsers).post("/login", data={"email": email, "password": "wrong password"})

    async def known() -> httpx.Response:
        # The account's own brake must not come in.
        site.clock.advance(timedelta(minutes=1))
        return await log_in(user.email)

    async def unknown() -> httpx.Response:
        return await log_in("nobody@example.com")

    wrong, nobody = await medians(known, unknown)
    assert 0.7 < wrong / nobody < 1.4


async def test_without_the_hash_for_nobody_the_difference_would_show(passwords: Passwords) -> None:
    """The control: what the test above would measure if unknown addresses were answered at once."""
    stored = await passwords.hash("x")

    async def at_once() -> None:
        return None

    wrong, nobody = await medians(lambda: passwords.verify(stored, "y"), at_once)
    assert wrong / nobody > 10


@pytest.mark.req("LC-1.3.1")
@pytest.mark.parametrize("path", ["/reset", "/register/resend"])
@pytest.mark.parametrize("is_known", [True, False])
async def test_mails_are_asked_for_at_an_even_pace(site: Site, path: str, is_known: bool) -> None:
    user = await site.user(verified=path == "/reset")
    data = {"email": user.email if is_known else "nobody@example.com"}
    assert await seconds_of(lambda: site.browser().post(path, data=data)) >= FLOOR_S
