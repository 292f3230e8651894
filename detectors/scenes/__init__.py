"""What is judged in a zone: one module for each scene, all of the same anatomy (policy, state, ``step``)."""
