"""What the pytest plugin gives to authors of plugins."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from jinja2 import DictLoader, Environment

from nakamise.plugin import ServiceOff, Tenant
from nakamise.testing.author_fixtures import As, BrowserPage, Fake, QuoteFor, RestrictedHost
from nakamise.testing.clock import SteeredClock
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise.testing.watch import OutsideWorld, blocking_calls, only_this_machine


@pytest.fixture(scope="session")
def nakamise_plugins() -> tuple[str, ...]:
    return ("hello",)


class Oracle(Protocol):
    def answer(self) -> int: ...


class FortyTwo:
    def answer(self) -> int:
        return 42


async def test_tenants_with_and_without_the_plugin(
    tenant: Tenant, other_tenant: Tenant, tenant_without_plugin: Tenant, as_guest: As
) -> None:
    assert tenant.id != other_tenant.id
    for one, status in ((tenant, 200), (other_tenant, 200), (tenant_without_plugin, 404)):
        guest = await as_guest(one)
        assert (await guest.client.get("/hello/greetings")).status_code == status


async def test_people_by_role(
    tenant: Tenant, as_admin: As, as_staff: As, as_broadcaster: As, as_buyer: As, as_guest: As
) -> None:
    allowed = {}
    for name, make in (
        ("admin", as_admin),
        ("staff", as_staff),
        ("broadcaster", as_broadcaster),
        ("buyer", as_buyer),
        ("guest", as_guest),
    ):
        person = await make(tenant)
        page = await person.client.get("/admin/hello/greetings")
        allowed[name] = (person.actor.can("hello.manage"), page.status_code)
    assert allowed == {
        "admin": (True, 200),
        "staff": (False, 403),
        "broadcaster": (False, 403),
        "buyer": (False, 403),
        "guest": (False, 303),
    }


async def test_a_person_is_recognised_on_pages_and_on_the_api(tenant: Tenant, as_buyer: As) -> None:
    buyer = await as_buyer(tenant)
    assert buyer.actor.email == buyer.email
    assert (await buyer.client.get("/account")).status_code == 200
    assert (await buyer.client.get("/api/account")).status_code == 200


async def test_a_person_with_a_second_factor(tenant: Tenant, as_admin: As) -> None:
    admin = await as_admin(tenant, mfa=True)
    assert (await admin.client.get("/admin/hello/greetings")).status_code == 200
    assert (await admin.client.get("/api/account")).status_code == 200


async def test_a_guest_has_no_second_factor(tenant: Tenant, as_guest: As) -> None:
    with pytest.raises(ValueError, match="second factor"):
        await as_guest(tenant, mfa=True)


async def test_a_service_is_stood_in_for(tenant: Tenant, ctx_for: CtxFor, fake: Fake) -> None:
    ctx = ctx_for(tenant)
    with pytest.raises(ServiceOff):
        ctx.service(Oracle)
    fake(Oracle, FortyTwo())
    assert ctx.service(Oracle).answer() == 42


async def test_a_stand_in_ends_with_its_test(tenant: Tenant, ctx_for: CtxFor) -> None:
    assert ctx_for(tenant).optional_service(Oracle) is None


async def test_what_a_plugin_proposes(tenant: Tenant, quote: QuoteFor) -> None:
    proposed = await quote(tenant, [(1000, 3), (500, 1)])
    assert [one.amount for one in proposed.adjustments["hello"]] == [-10, -10]
    assert proposed.failed == {}


async def test_the_clock_is_the_runtimes(tenant: Tenant, ctx_for: CtxFor, clock: SteeredClock) -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    clock.freeze(at)
    clock.advance(timedelta(hours=1))
    assert ctx_for(tenant).now() == at + timedelta(hours=1)
    clock.reset()
    assert abs(ctx_for(tenant).now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_time_without_zone_is_refused(clock: SteeredClock) -> None:
    with pytest.raises(ValueError, match="zone"):
        clock.freeze(datetime(2030, 1, 1))  # noqa: DTZ001  # the fault


def test_discovery_sees_the_named_plugins_only(nakamise_host: RestrictedHost) -> None:
    assert [manifest.id for manifest in nakamise_host("hello").usable] == ["hello"]
    assert [refused.id for refused in nakamise_host("payments_sandbox").refused] == ["payments_sandbox"]


@pytest.mark.browser
async def test_a_browser_page_of_a_person(
    make_tenant: MakeTenant, as_admin: As, browser_page: BrowserPage
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    page = await browser_page(tenant, "/admin/hello/greetings", person=await as_admin(tenant))
    assert "あいさつ" in await page.inner_text("h1")
    stranger = await browser_page(tenant, "/admin/hello/greetings")
    assert "/login" in stranger.url


# --- the watch ------------------------------------------------------------------------------------


async def test_a_blocking_call_is_seen_only_in_the_watched_code_and_in_the_loop() -> None:
    with blocking_calls([Path(__file__).parent]) as found:
        subprocess.Popen(["true"]).wait()
        await asyncio.to_thread(time.sleep, 0.2)
    assert [(one.call, one.file) for one in found] == [("subprocess.Popen", Path(__file__).name)]
    with blocking_calls([Path("/nowhere")]) as found:
        subprocess.Popen(["true"]).wait()
    assert found == set()


async def test_a_step_that_keeps_the_loop_is_seen() -> None:
    with blocking_calls([Path(__file__).parent]) as found:
        time.sleep(0.4)
    assert "more than 100 ms" in str(found.pop())


async def test_compiling_a_template_is_no_step() -> None:
    """It happens once, as importing does."""
    long = Environment(loader=DictLoader({"long": "{{ name | upper }}\n" * 10_000}), autoescape=True)
    with blocking_calls([Path(__file__).parent]) as found:
        began = time.thread_time()
        long.get_template("long")
        took = time.thread_time() - began
    assert took > 0.1
    assert found == set()


def test_outside_the_loop_anything_may_block() -> None:
    with blocking_calls([Path(__file__).parent]) as found:
        time.sleep(0.4)
        subprocess.Popen(["true"]).wait()
    assert found == set()


async def test_only_this_machine_is_reached() -> None:
    with only_this_machine(), pytest.raises(OutsideWorld, match=r"192\.0\.2\.1"):
        await asyncio.open_connection("192.0.2.1", 9)


def test_the_plugin_imports_nothing_of_the_framework_by_itself() -> None:
    code = (
        "import sys, nakamise.testing.plugin, nakamise.testing.fixtures, nakamise.testing.author_fixtures;"
        "print([name for name in sys.modules if name.startswith(('nakamise.', 'litestar', 'asyncpg', 'httpx'))"
        " and not name.startswith('nakamise.testing')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
