"""The typed client of the market, for programs: `rest` calls and the `stream`, over aiohttp."""
