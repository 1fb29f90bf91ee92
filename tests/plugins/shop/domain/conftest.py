"""Property tests here have no time limit per example: a busy machine is no fault of the rules."""

from hypothesis import settings

settings.register_profile("domain", deadline=None)
settings.load_profile("domain")
