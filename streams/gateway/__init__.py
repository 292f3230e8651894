"""The ingest gateway: the HTTP and MQTT doors, and the one core that both use to acknowledge only what is kept."""
