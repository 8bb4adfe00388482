"""The market's asyncio and what it is started with."""
