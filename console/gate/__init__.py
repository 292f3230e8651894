"""The gate in front of the routes: who is calling, may they, and does the request come from our own pages."""
