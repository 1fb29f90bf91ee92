"""Postal addresses that users keep in their account. Part of the public contract."""

from nakamise.account.addresses import Address, address_of, addresses_of

__all__ = ["Address", "address_of", "addresses_of"]
