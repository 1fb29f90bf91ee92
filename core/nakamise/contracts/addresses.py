"""Postal addresses that users keep in their account, and what is typed for one. Part of the public contract."""

from nakamise.account.addresses import Address, AddressInput, address_of, addresses_of

__all__ = ["Address", "AddressInput", "address_of", "addresses_of"]
