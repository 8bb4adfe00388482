"""The journal, its schema and the embedded database, on a real PostgreSQL."""
