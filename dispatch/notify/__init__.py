"""Notices to the outside: signed webhooks, tried again until they are taken or given up with the reason kept."""
