"""Whose a route is. That it is missing where its plugin is off is rule 5 of the conformance suite."""

from __future__ import annotations

from litestar.handlers import WebsocketRouteHandler

from nakamise.testing.author_fixtures import BenchOf


def test_every_route_lies_under_who_mounted_it(conformance_bench: BenchOf) -> None:
    bench = conformance_bench("hello")
    bench.runtime.host.assert_owners(bench.litestar)


def test_hello_has_a_websocket_and_pages_to_compare(conformance_bench: BenchOf) -> None:
    """The negative control: the comparison of rule 5 has something to compare."""
    routes = conformance_bench("hello").routes()
    assert any(isinstance(handler, WebsocketRouteHandler) for _, handler in routes)
    assert len(routes) >= 8
