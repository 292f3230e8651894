"""What all tests share: how far Hypothesis looks."""

from hypothesis import HealthCheck, settings

# `make laws` asks for it by name. A law that names its own number of examples keeps it.
settings.register_profile("laws", max_examples=2000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
