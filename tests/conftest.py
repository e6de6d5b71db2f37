"""Hypothesis draws the same examples every day, so that a failure is the change's; `make thorough` draws new ones."""

from hypothesis import settings

settings.register_profile("everyday", derandomize=True)
settings.register_profile("random", derandomize=False)
settings.load_profile("everyday")
