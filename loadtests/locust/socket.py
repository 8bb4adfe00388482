"""The stream for programs without an event loop, as far as load needs it: requests one at a time, pushes kept aside."""

import websocket

from gateway import answers, schema
from gateway.client import wire
from gateway.client.errors import Unreachable

T_S = 30.0


class Socket:
    """An open stream, logged in with a key, or with none for what is public."""

    def __init__(self, url: str, key: str = "") -> None:
        self._url = url
        self._last_id = 0
        self.pushes: list[answers.Push] = []
        header = [f"Authorization: Bearer {key}"] if key else []
        self._socket = websocket.create_connection(
            "ws" + url.removeprefix("http") + wire.STREAM, header=header, timeout=T_S
        )

    def request(self, op: str, params: schema.Body, answer: "type[wire.T]") -> "wire.T":
        """Send one request and wait for its reply. Raises Refused, or Unreachable when nobody answers."""
        self._last_id += 1
        try:
            self._socket.send(wire.frame(self._last_id, op, params))
            while isinstance(heard := wire.heard(self._socket.recv()), answers.Push):
                self.pushes.append(heard)
        except (OSError, websocket.WebSocketException) as error:
            raise Unreachable(self._url, str(error)) from error
        return wire.result_of(heard, answer)

    def push(self) -> answers.Push:
        """The next push, of those kept first. Raises Unreachable when none comes in time."""
        if self.pushes:
            return self.pushes.pop(0)
        try:
            heard = wire.heard(self._socket.recv())
        except (OSError, websocket.WebSocketException) as error:
            raise Unreachable(self._url, str(error)) from error
        assert isinstance(heard, answers.Push), "nothing was asked"
        return heard

    def close(self) -> None:
        self._socket.close()
