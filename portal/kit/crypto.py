"""Encryption of single fields and the blind index that finds them again.

A sealed value is ``<suite>:<key id>:<base64 of nonce + ciphertext + tag>``: it says how and with which key it was made,
so keys can be rotated row by row, and the suites ``intl`` (AES-256-GCM, HMAC-SHA-256) and ``sm`` (SM4-GCM, HMAC-SM3, as
密评 asks for) stand side by side (rule 35). The associated data is the field's name: a ciphertext copied into another
column does not open. The blind index has a key of its own; while it changes (``index_old``), searches try both.
"""

import base64
import binascii
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

_NONCE = 12
_TAG = 16
_KEY = 32
_RESERVED = frozenset({"current", "index", "index_old"})


class CryptoError(Exception):
    """A sealed value that cannot be opened, or keys that cannot be used. Never carries the value."""


class Aead(Protocol):
    """A cipher with associated data; the tag stands behind the ciphertext."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class Sm4Gcm:
    """SM4 in GCM (GB/T 32907), with the same two methods as ``AESGCM``. Its 128-bit key is drawn from our 256 bits."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(_hmac_sm3(key, b"sm4-gcm")[:16])

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        encryptor = Cipher(self._key, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        decryptor = Cipher(self._key, modes.GCM(nonce, data[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(data[:-_TAG]) + decryptor.finalize()


def _hmac_sm3(key: bytes, message: bytes) -> bytes:
    mac = HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()


def _hmac_sha256(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher, and the keyed hash behind the blind index."""

    cipher: Callable[[bytes], Aead]
    mac: Callable[[bytes, bytes], bytes]


SUITES: Mapping[str, Suite] = {"intl": Suite(AESGCM, _hmac_sha256), "sm": Suite(Sm4Gcm, _hmac_sm3)}


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """All keys that may open, the one that seals, the one for the blind index, and its predecessor while it changes."""

    keys: Mapping[str, bytes]
    current: str
    index: bytes
    suite: str = "intl"
    index_old: bytes | None = None

    def __post_init__(self) -> None:
        if self.suite not in SUITES:
            raise CryptoError(f"unknown suite {self.suite!r}")
        if self.current not in self.keys:
            raise CryptoError(f"the current key {self.current!r} is not among the keys")
        for name, key in (*self.keys.items(), ("index", self.index), ("index_old", self.index_old)):
            if key is not None and len(key) != _KEY:
                raise CryptoError(f"key {name!r} has {len(key)} bytes instead of {_KEY}")
            if ":" in name:
                raise CryptoError(f"key id {name!r} contains a colon")
        if {self.index, self.index_old} & set(self.keys.values()):
            raise CryptoError("the blind index needs a key of its own")

    def __repr__(self) -> str:
        return f"Keyring({sorted(self.keys)}, current={self.current!r}, suite={self.suite!r})"

    @property
    def mark(self) -> str:
        """How every value begins that the current key sealed with the current suite."""
        return f"{self.suite}:{self.current}:"

    @classmethod
    def from_mapping(cls, raw: Mapping[str, str], suite: str = "intl") -> "Keyring":
        """``{"current": "k2", "k1": hex, "k2": hex, "index": hex}``, as settings read it from FIELD_KEYS; with
        ``index_old`` while the blind index changes its key or its suite.
        """
        missing = {"current", "index"} - raw.keys()
        if missing:
            raise CryptoError(f"FIELD_KEYS lacks {', '.join(sorted(missing))}")
        keys = {name: _unhex(name, value) for name, value in raw.items() if name not in _RESERVED}
        old = _unhex("index_old", raw["index_old"]) if raw.get("index_old") else None
        return cls(keys, raw["current"], _unhex("index", raw["index"]), suite, old)


def _unhex(name: str, value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise CryptoError(f"key {name!r} is not written in hexadecimal") from None


def new_key() -> str:
    """A fresh key, as FIELD_KEYS wants it."""
    return os.urandom(_KEY).hex()


@lru_cache(maxsize=8)
def _ring(items: tuple[tuple[str, str], ...], suite: str) -> Keyring:
    return Keyring.from_mapping(dict(items), suite)


@lru_cache(maxsize=32)
def _cipher(suite: str, key: bytes) -> Aead:
    return SUITES[suite].cipher(key)


def keyring() -> Keyring:
    """The portal's keys. Keyed by content, so that a test's ``override_settings`` is seen."""
    return _ring(tuple(sorted(settings.FIELD_KEYS.items())), settings.CRYPTO_SUITE)


def is_sealed(text: str) -> bool:
    """Whether the text has the form of a sealed value."""
    parts = text.split(":")
    return len(parts) == 3 and parts[0] in SUITES


def seal(plain: str, context: str, ring: Keyring | None = None) -> str:
    """Encrypt with the current key and a random nonce; ``context`` is the field's name."""
    ring = ring or keyring()
    nonce = os.urandom(_NONCE)
    body = _cipher(ring.suite, ring.keys[ring.current]).encrypt(nonce, plain.encode(), context.encode())
    return f"{ring.mark}{base64.b64encode(nonce + body).decode()}"


def open_(sealed: str, context: str, ring: Keyring | None = None) -> str:
    """Decrypt; refuses another context, an unknown key and anything altered."""
    ring = ring or keyring()
    if not is_sealed(sealed):
        raise CryptoError(f"{context}: not a sealed value")
    suite, key_id, body = sealed.split(":")
    if key_id not in ring.keys:
        raise CryptoError(f"{context}: no key {key_id!r}")
    try:
        raw = base64.b64decode(body, validate=True)
        return _cipher(suite, ring.keys[key_id]).decrypt(raw[:_NONCE], raw[_NONCE:], context.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise CryptoError(f"{context}: the sealed value does not open (altered, or of another field)") from None


def reseal(sealed: str, context: str, ring: Keyring | None = None) -> str:
    """The same value under the current key; unchanged when it already is."""
    ring = ring or keyring()
    if sealed.startswith(ring.mark):
        return sealed
    return seal(open_(sealed, context, ring), context, ring)


def blind(value: str, context: str = "person", ring: Keyring | None = None) -> str:
    """A keyed hash to search by: the same number typed full-width, spaced or in small letters gives the same 64 signs.

    ``context`` joins or parts fields: all columns that hold a person's document number share ``person``.
    """
    ring = ring or keyring()
    return _blind(value, context, ring.index, ring.suite)


def blinds(value: str, context: str = "person", ring: Keyring | None = None) -> list[str]:
    """Every form under which the value may lie in an index now, for ``filter(column__in=...)``: the current one, and
    while ``index_old`` is set the old key's, in either suite.
    """
    ring = ring or keyring()
    ways = [(ring.index, ring.suite)]
    if ring.index_old is not None:
        ways += [(ring.index_old, suite) for suite in SUITES]
    return list(dict.fromkeys(_blind(value, context, key, suite) for key, suite in ways))


def _blind(value: str, context: str, key: bytes, suite: str) -> str:
    tidy = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    return SUITES[suite].mac(key, f"{context}\0{tidy}".encode()).hex() if tidy else ""
