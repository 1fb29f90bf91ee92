"""The administration of one tenant."""
