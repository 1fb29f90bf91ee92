"""What tests of the core, of our plugins and of others' build on: see ``nakamise.testing.fixtures``."""
