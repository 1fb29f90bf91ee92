"""From a cart to a paid purchase: address, confirmation, payment."""
