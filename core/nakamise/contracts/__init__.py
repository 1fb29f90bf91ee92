"""Types that features share: no logic."""
