"""What flows: observations and alerts, their codecs and topics, checkpoints, the Faust worker and the ingest gateway."""
