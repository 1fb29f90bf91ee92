"""Pure rules of time sales: no I/O."""
