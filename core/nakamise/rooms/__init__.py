"""Realtime rooms: one hub in each process, over a store in memory or in Redis. See ``nakamise.plugin.rooms``."""
