"""The catalogue of refusals as the documents show it: as data, by status, and as a page.

`python -m gateway.documents.codes` prints the page that `gateway/docs/errors.md` keeps; a test compares the two.
"""

import sys
from typing import Any, Final

from gateway.errors import CATALOGUE, MARKET, WIRE

STREAM_ONLY: Final = frozenset(
    {
        "binary_frame",
        "upgrade_required",
        "unknown_op",
        "already_logged_in",
        "too_many_channels",
    }
)
assert set(CATALOGUE) > STREAM_ONLY, "a code that is no more"

_HEAD: Final = """\
# Refusals

Every refusal is a problem of RFC 9457, `application/problem+json` on REST and `error` of a reply on the stream:

```json
{"type": "urn:leasebook:problem:price_off_tick", "title": "The price is not a multiple of the tick", "status": 422,
 "detail": "price must be a multiple of 0.01.", "code": "price_off_tick", "param": "price",
 "request_id": "req-5f0c2d1e9a3b4c7d", "retryable": false, "outcome": "rejected"}
```

- `code` is one of the lists below, which are closed: program against it, and show people `detail`.
- `param` names the place in what you sent, such as `alternatives[2].price`, or is null. A field that is given twice is
  refused by `bad_format`, wherever it stands: nobody has to guess which of the two would count.
- `outcome` is `rejected`: nothing has changed, nothing was kept. It is `unknown` when a failure of ours leaves open
  whether the request was carried out: ask by `client_order_id`, or send it again with its `Idempotency-Key`.
- `retryable` says that the same request may go well a little later: after `Retry-After` seconds on REST, after
  `retry_after_ms` on the stream.
"""

_WIRE: Final = """
## What the wire says

The request never reached the market. Of several reasons the one that stands earlier here is given; of several faults
in how a body is written (`unknown_field` to `no_du_rate`) the first that is met.
"""

_MARKET: Final = """
## What the market says

The request was understood. Of several reasons the one that stands earlier here is given, and the same request gets the
same refusal for as long as the market stands as it does.
"""


def catalogue() -> list[dict[str, Any]]:
    """Every code with what there is to know of it, in order of precedence."""
    return [
        {
            "code": code,
            "status": entry.status,
            "title": entry.title,
            "retryable": entry.retryable,
            "outcome": entry.outcome,
            "said_by": "wire" if code in WIRE else "market",
            "said_on": "stream" if code in STREAM_ONLY else "both",
        }
        for code, entry in CATALOGUE.items()
    ]


def by_status() -> dict[int, list[str]]:
    """The codes that REST gives with a status, in order of precedence."""
    found: dict[int, list[str]] = {}
    for code, entry in CATALOGUE.items():
        if code not in STREAM_ONLY:
            found.setdefault(entry.status, []).append(code)
    return found


def page() -> str:
    """All of it to be read."""
    wire, market = _table(list(WIRE)), _table(list(MARKET))
    return f"{_HEAD}{_WIRE}\n{wire}{_MARKET}\n{market}"


def _table(codes: list[str]) -> str:
    lines = ["| code | status | meaning | |", "| --- | --- | --- | --- |"]
    for code in codes:
        entry = CATALOGUE[code]
        notes = [
            *(["retryable"] if entry.retryable else []),
            *(["outcome unknown"] if entry.outcome == "unknown" else []),
            *(["stream only"] if code in STREAM_ONLY else []),
        ]
        lines.append(f"| `{code}` | {entry.status} | {entry.title} | {', '.join(notes)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
