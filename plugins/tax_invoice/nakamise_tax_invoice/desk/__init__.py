"""Pages and API of buyers and staff."""
