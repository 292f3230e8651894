"""Forms of condition, one file each with the same anatomy: a sample, a timer, what an episode begins with, and why."""
