"""Measurements against the project's goals, as ratios to a baseline that is measured in the same run."""
