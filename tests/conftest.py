"""All tests share the fixtures that plugin authors get too."""

pytest_plugins = ["nakamise.testing.fixtures"]
