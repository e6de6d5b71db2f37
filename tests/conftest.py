"""Hypothesis draws the same examples every day, so that a failure is the change's; `make thorough` draws new ones.

Every day a failing example is told as it was drawn, at once; the random run makes it small first.
"""

from hypothesis import Phase, settings

settings.register_profile("everyday", derandomize=True, phases=[Phase.explicit, Phase.generate])
settings.register_profile("random", derandomize=False)
settings.load_profile("everyday")
