"""The pages at /docs: our own Markdown and start-up lines, and Swagger UI's two files out of the package that brings
them; and the files of the console. Closed lists: no name of a file ever comes from a request.

Nothing is fetched from elsewhere, and the browser is told to refuse if anything tried.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from msgspec import Struct

FOLDER: Final = Path(__file__).parents[1] / "docs"
MEDIA: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
GUARDED: Final = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STRICT: Final = GUARDED | {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}
CONSOLE: Final = Path(__file__).parents[1] / "console"
CONSOLE_FILES: Final = tuple(sorted(path.name for path in CONSOLE.iterdir() if path.suffix in (".css", ".js", ".svg")))
ASSETS: Final = ("swagger-ui.css", "swagger-ui-bundle.js")
START: Final = "start.md"
TOLD: Final = (
    START,
    "buyer.md",
    "provider.md",
    "operator.md",
    "stream.md",
    "auth.md",
    "limits.md",
    "errors.md",
    "figures.md",
    "cli.md",
    "console.md",
)
PAGES: Final = (*TOLD, "signing-vectors.json", "start.js", *ASSETS)

_KEPT: Final = "public, max-age=86400"  # Swagger UI changes with a release only


class Sheet(Struct, frozen=True):
    """What goes to the client as it is, and not as JSON made of a struct."""

    body: bytes
    media: str
    headers: dict[str, str]


@cache
def sheet(name: str) -> Sheet:
    """One of PAGES, or another file of ours; KeyError when the list has no such page."""
    if name in ASSETS:
        path, headers = _assets() / name, GUARDED | {"Cache-Control": _KEPT}
    else:
        path, headers = FOLDER / name, GUARDED
    return Sheet(body=path.read_bytes(), media=MEDIA[path.suffix], headers=headers)


@cache
def console_sheet(name: str) -> Sheet:
    """One of CONSOLE_FILES, or one of the two pages that use them."""
    path = CONSOLE / name
    return Sheet(body=path.read_bytes(), media=MEDIA[path.suffix], headers=STRICT)


@cache
def _assets() -> Path:
    """The folder of Swagger UI's files. The package is not imported: it would bring a template engine along."""
    spec = find_spec("swagger_ui")
    assert spec is not None, "pyproject.toml asks for it"
    assert spec.origin is not None, "it is a package of files"
    return Path(spec.origin).parent / "static"
