"""Pure rules of the shop: no I/O, no clock, no tenant."""
