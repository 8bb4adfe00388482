"""The edge on one page: what it stands on, its middlewares, its routes, and how it starts and stops.

Everything that is needed comes as an argument. The market is opened before and closed after, by whoever calls.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

from aiohttp import hdrs, web

from exchange.language.limits import FRAME_MAX_BYTES
from exchange.language.port import Market
from gateway.desk import Desk
from gateway.doorman import BACKLOG, HTTP_LOG, LINGER_S, Doorman
from gateway.metrics.exposition import watch
from gateway.nonces import Nonces
from gateway.proxies import Proxies, believing
from gateway.replays import Replays
from gateway.rest.handler import COUNTS, GATE, endpoint, problems, stamp
from gateway.rest.routes import ROUTES
from gateway.settings import Settings
from gateway.shedding import Load
from gateway.throttle import Gate
from gateway.vault import Vault
from gateway.ws import stream

SHUTDOWN_S: Final = 1.0  # for requests that are under way, once the sockets are closed


def build_app(market: Market, settings: Settings, vault: Vault) -> web.Application:
    """The application, not yet listening."""
    load = Load(market, settings)
    nonces = Nonces(settings.signed_window_ms, settings.signed_ahead_ms)
    gate, replays = Gate(settings, load, monotonic), Replays(settings)
    desk = Desk(market=market, vault=vault, gate=gate, nonces=nonces, replays=replays)
    watch(desk)
    sockets = stream.Stream(desk, settings)
    proxies = Proxies(settings.trusted_proxies)
    outer = [believing(proxies)] if proxies else []
    app = web.Application(middlewares=[*outer, problems], client_max_size=FRAME_MAX_BYTES)
    app[GATE], app[COUNTS] = desk.gate, desk.counts
    for route in ROUTES:
        handle = endpoint(desk, route)
        app.router.add_route(route.method, route.path, handle)
        if route.method == hdrs.METH_GET:  # a HEAD is the same without its body, by RFC 9110, section 9.1
            app.router.add_route(hdrs.METH_HEAD, route.path, handle)
    app.router.add_route("GET", stream.PATH, sockets.handle)
    app.cleanup_ctx.extend((load.watched, sockets.buried, sockets.swept))
    app.on_response_prepare.append(stamp)
    app.on_shutdown.append(sockets.say_goodbye)
    return app


@asynccontextmanager
async def serving(app: web.Application, settings: Settings) -> AsyncIterator[str]:
    """Listen until the block ends; gives the address, such as "http://127.0.0.1:8080". Port 0 takes a free one.

    On the way out sockets get an announcement and a close, requests under way their answer, within five seconds.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=HTTP_LOG,
        shutdown_timeout=SHUTDOWN_S,
        auto_decompress=False,
        keepalive_timeout=settings.head_s,
        lingering_time=LINGER_S,
    )
    await runner.setup()
    assert runner.server is not None, "it is set up"
    try:
        async with Doorman(settings, app[COUNTS], Proxies(settings.trusted_proxies)).posted(runner.server):
            await web.TCPSite(runner, settings.host, settings.port, backlog=BACKLOG).start()
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
