"""The process: sessions, the control channel, and who starts it."""
