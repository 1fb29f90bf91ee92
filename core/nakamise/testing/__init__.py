"""For tests of plugins, others' and ours: the pytest plugin ``nakamise`` and the conformance suite.

Fixtures: ``nakamise.testing.fixtures`` (an installation) and ``nakamise.testing.author_fixtures`` (tenants with
and without your plugin, people by role, fakes, a browser page). Conformance: ``nakamise.testing.conformance``.
"""
