"""The brand of a site."""
