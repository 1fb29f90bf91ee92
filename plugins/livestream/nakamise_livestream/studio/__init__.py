"""The page from which a broadcast is run."""
