"""The tree of categories as staff keep it."""
