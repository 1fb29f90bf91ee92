"""The plan of a site."""
