"""What describes the edge to people and programs, made of the very types and tables that serve it."""
