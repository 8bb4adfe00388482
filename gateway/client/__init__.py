"""The typed client of the market, for programs: REST for asyncio and without, and the stream, once or for good.

`rest.Client` and `sync.SyncClient` have the same calls; `Client.follow` gives a `live.Live`, which outlives its
connections; `bodies` and `decimals` make what is sent of exact numbers and times, and `errors` is what is raised. Below
them, without sockets of their own: `calls`, `wire` and `following`.
"""
