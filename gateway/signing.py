"""Requests signed by an Ed25519 key: the text that is signed, the header that carries it, and the check of both.

For servers, clients and commands alike. The private key never leaves whoever signs, and what a signature stands for
cannot be sent twice or changed on the way. Ed25519 is RFC 8032's; `docs/signing-vectors.json` has examples of all.

The text is six lines, joined by single newlines, without one at the end: the version, the time in milliseconds since
1970, the nonce, the method, the target as it stands on the request line (path, "?" and query, still percent-encoded),
and the SHA-256 of the body in lower-case hexadecimal, of nothing when there is no body. The stream's op "login" signs
what its handshake would: method GET, target "/v1/stream", no body.
"""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from msgspec import Struct

SCHEME: Final = "LB-Ed25519"
VERSION: Final = "leasebook-v1"

KEY_ID_PATTERN: Final = "[A-Za-z0-9_-]{1,64}"
NONCE_PATTERN: Final = "[A-Za-z0-9_-]{16,64}"
PUBLIC_KEY_PATTERN: Final = "[A-Za-z0-9_-]{43}"  # 32 bytes in URL-safe base64 without padding
SIGNATURE_PATTERN: Final = "[A-Za-z0-9_-]{86}"  # 64 bytes

_CREDENTIALS: Final = re.compile(
    rf"key=({KEY_ID_PATTERN}),time=([0-9]{{1,15}}),nonce=({NONCE_PATTERN}),signature=({SIGNATURE_PATTERN})", re.ASCII
)


class Signed(Struct, frozen=True):
    """Who says to have signed a request, when, and the signature itself, 64 bytes."""

    key_id: str
    time_ms: int
    nonce: str
    signature: bytes


class Signer:
    """Signs requests by one private key; `key_id` is what the server answered when its public half was registered."""

    def __init__(self, key_id: str, private: Ed25519PrivateKey) -> None:
        self.key_id = key_id
        self._private = private

    @classmethod
    def from_pem(cls, key_id: str, pem: bytes) -> "Signer":
        """By an unencrypted private key in PEM (PKCS 8); ValueError when it is none."""
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise ValueError("not an unencrypted private key in PEM") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("a private key of another kind than Ed25519")
        return cls(key_id, private)

    @property
    def public_key(self) -> str:
        """The public half, as it is registered: 43 characters."""
        return text_of_bytes(self._private.public_key().public_bytes_raw())

    def sign(self, method: str, target: str, body: bytes, now_ms: int, nonce: str | None = None) -> Signed:
        """Sign a request at a moment; without a nonce by a new one, as every request needs its own."""
        nonce = new_nonce() if nonce is None else nonce
        signature = self._private.sign(text_of(now_ms, nonce, method, target, body))
        return Signed(self.key_id, now_ms, nonce, signature)

    def header(self, method: str, target: str, body: bytes, now_ms: int, nonce: str | None = None) -> str:
        """The value of a request's Authorization header; arguments as of `sign`."""
        signed = self.sign(method, target, body, now_ms, nonce)
        signature = text_of_bytes(signed.signature)
        return f"{SCHEME} key={signed.key_id},time={signed.time_ms},nonce={signed.nonce},signature={signature}"


def text_of(time_ms: int, nonce: str, method: str, target: str, body: bytes) -> bytes:
    """What is signed."""
    lines = (VERSION, str(time_ms), nonce, method, target, sha256(body).hexdigest())
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def parse(credentials: str) -> Signed | None:
    """What follows the scheme in an Authorization header; None when it is not of the form."""
    found = _CREDENTIALS.fullmatch(credentials)
    if found is None:
        return None
    signature = bytes_of_text(found[4], 64)
    return None if signature is None else Signed(found[1], int(found[2]), found[3], signature)


def verify(public: bytes, signed: Signed, method: str, target: str, body: bytes) -> bool:
    """Whether the holder of a public key, 32 bytes, has signed just this."""
    text = text_of(signed.time_ms, signed.nonce, method, target, body)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed.signature, text)
    except InvalidSignature:
        return False
    return True


def new_pair() -> tuple[bytes, str]:
    """A new private key in PEM, to be kept private, and its public half as it is registered."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, text_of_bytes(private.public_key().public_bytes_raw())


def new_nonce() -> str:
    """What no other request has: 128 random bits, 22 characters."""
    return secrets.token_urlsafe(16)


def text_of_bytes(raw: bytes) -> str:
    """Bytes in URL-safe base64 without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of_text(text: str, size: int) -> bytes | None:
    """The so many bytes that a text stands for; None unless it is the one way to write them."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return raw if len(raw) == size and text_of_bytes(raw) == text else None
