"""Sales as figures."""
