"""Property tests take the time that they need: on a busy machine a deadline would tell of the machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
