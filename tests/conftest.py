"""Settings of all tests.

Hypothesis tries the same examples every time, so that what passes today passes tomorrow, and gives
no test a time limit; `HYPOTHESIS_PROFILE=search make test` looks for new ones, and for longer.
"""

import os

from hypothesis import settings
from searched_once import searched_once

__all__ = ["searched_once"]

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
