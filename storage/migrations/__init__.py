"""How the tables came to be, one step after another, on SQLite and PostgreSQL alike."""
