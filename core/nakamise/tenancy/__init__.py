"""Tenants: their names, schemas, roles, hosts, switches and migrations."""
