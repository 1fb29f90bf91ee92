"""The page on which a broadcast is watched, and what its script does there with the session of the page."""
