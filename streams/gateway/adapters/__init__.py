"""Adapters: one file for each way in which devices speak MQTT, all of the same anatomy, and one table of them."""
