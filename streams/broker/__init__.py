"""Brokers on this machine: the embedded one for demo, development and tests, and Apache Kafka for the real thing."""
