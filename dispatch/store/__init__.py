"""What is kept: SQLAlchemy tables on SQLite or PostgreSQL, and the ports of the case book on top of them."""
