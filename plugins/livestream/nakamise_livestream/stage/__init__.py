"""Guests beside the host: up to three more pictures, each a stream of its own."""
