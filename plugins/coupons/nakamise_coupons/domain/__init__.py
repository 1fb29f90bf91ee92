"""Pure rules of coupons: no I/O."""
