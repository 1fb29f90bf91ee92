"""The core's own pages: home, legal pages, preferences, admin dashboard, media, health."""
