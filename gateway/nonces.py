"""What makes a signature good once: the time that it was made at, and the nonces that have been used.

Times are by the machine's clock, which answers show in their Date header; a market in a sandbox has another. Nonces are
remembered for as long as what they came with could be sent again. A server that has just started knows of none, so it
takes only what was signed after; what was signed before may have been taken by the server that was here then.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from gateway.errors import Refusal
from gateway.signing import Signed

_MS_NS: Final = 1_000_000


def machine_ms() -> int:
    """Milliseconds since 1970, by the machine."""
    return time.time_ns() // _MS_NS


class Nonces:
    """Signatures are good from `ahead_ms` before their time, as clocks differ, until `window_ms` after."""

    def __init__(self, window_ms: int, ahead_ms: int, now_ms: Callable[[], int] = machine_ms) -> None:
        self._window_ms = window_ms
        self._ahead_ms = ahead_ms
        self._now_ms = now_ms
        self._used: set[tuple[str, str]] = set()  # key, nonce; looked up, never walked
        self._in_order: deque[tuple[int, Signed]] = deque()  # with when to forget them
        self._too_old_ms = now_ms() + ahead_ms  # whatever was signed by then may have been forgotten

    def check_time(self, time_ms: int) -> None:
        """Refuse what was signed too long ago, or in the future."""
        now_ms = self._now_ms()
        if time_ms > now_ms + self._ahead_ms:
            raise Refusal("signature_expired", "time", f"The time is {time_ms - now_ms} ms ahead of this machine's.")
        if time_ms <= self._too_old_ms and now_ms - time_ms <= self._window_ms:
            raise Refusal("signature_expired", "time", "It was signed before this server started. Sign it anew.")
        self.check_age(time_ms)

    def check_age(self, time_ms: int) -> None:
        """Refuse what was signed too long ago."""
        age_ms = self._now_ms() - time_ms
        if age_ms > self._window_ms:
            detail = f"It was signed {age_ms} ms ago; a signature is good for {self._window_ms} ms."
            raise Refusal("signature_expired", "time", detail)

    def use(self, signed: Signed) -> None:
        """Refuse a nonce that its key has used before. Call it for good signatures alone: nobody burns another's."""
        now_ms, nonce = self._now_ms(), (signed.key_id, signed.nonce)
        self._forget(now_ms)
        if nonce in self._used:
            raise Refusal("nonce_used", "nonce", "Another request came with it. Take a new one for each.")
        self._used.add(nonce)
        self._in_order.append((now_ms + self._window_ms + self._ahead_ms, signed))

    def __len__(self) -> int:
        return len(self._used)

    def _forget(self, now_ms: int) -> None:
        """Let go of those that came with what is too old by now; it stays so, should the machine's clock go back."""
        while self._in_order and self._in_order[0][0] < now_ms:
            _, signed = self._in_order.popleft()
            self._used.discard((signed.key_id, signed.nonce))
            self._too_old_ms = max(self._too_old_ms, signed.time_ms)
