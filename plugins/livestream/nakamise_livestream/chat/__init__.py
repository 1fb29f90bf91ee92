"""The chat of a broadcast: who may say what, who takes it away, and the log of it."""
