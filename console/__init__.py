"""What people see: the API, the live feed and the web pages."""
