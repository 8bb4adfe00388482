"""Access data under lock: sealed before the market hears of them, opened for the buyer alone, never logged.

Fernet (AES-128-CBC with HMAC-SHA256, of `cryptography`) under one key of the installation. The journal keeps the
ciphertext for ever, so whoever loses the key file loses the access data of all leases, and that requests sent again for
keys and access are known. The same key derives what has to come out the same when a request is sent again.
"""

import hmac
from base64 import urlsafe_b64decode
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from gateway.private_file import write_private

KEY_FILE: Final = "access.key"


class VaultError(Exception):
    """The key is not one, or not the one that sealed the data; the message says what the operator should do."""


class Vault:
    """Seals and opens with one key, 32 bytes in URL-safe base64."""

    def __init__(self, key: str) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError:
            raise VaultError(
                "The access key must be 32 bytes in URL-safe base64, as in a generated access.key"
            ) from None
        self._root = hmac.digest(urlsafe_b64decode(key), b"leasebook derive", sha256)

    @classmethod
    def at(cls, data_dir: Path) -> "Vault":
        """The vault of a data directory; its key file is made on the first start, readable by its owner alone."""
        path = data_dir / KEY_FILE
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            write_private(path, Fernet.generate_key())
        return cls(path.read_text(encoding="ascii", errors="replace").strip())

    def seal(self, plain: bytes) -> bytes:
        """Ciphertext, another one each time."""
        return self._fernet.encrypt(plain)

    def derive(self, text: bytes) -> bytes:
        """32 bytes that are always the same for the same text, and that nobody can guess without the key."""
        return hmac.digest(self._root, text, sha256)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; VaultError when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise VaultError("The access data were sealed with another access key; put the old one back") from None
