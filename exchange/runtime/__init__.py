"""The only asyncio inside the market: take, stamp, journal, apply, tell."""
