"""Setting up providers: pages and JSON."""
