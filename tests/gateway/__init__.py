"""The edge, through real HTTP and WebSocket, over a real market on real PostgreSQL with a clock that stands still."""
