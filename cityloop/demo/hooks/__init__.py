"""The demo's receiver of webhooks, as a city's own dispatch system would have one."""
