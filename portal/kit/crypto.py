"""Encryption of single fields and the blind index that finds them again.

A sealed value is ``<suite>:<key id>:<base64 of nonce + ciphertext + tag>``: it says how and with which key it was made,
so keys can be rotated row by row and another suite (SM4-GCM with HMAC-SM3) can stand beside the first. The associated
data is the field's name: a ciphertext copied into another column does not open. The blind index has a key of its own.
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

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12
_KEY = 32
_RESERVED = frozenset({"current", "index", "suite"})


class CryptoError(Exception):
    """A sealed value that cannot be opened, or keys that cannot be used. Never carries the value."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher with associated data and the hash behind the blind index."""

    cipher: Callable[[bytes], AESGCM]
    digest: Callable[..., object]


SUITES: Mapping[str, Suite] = {"intl": Suite(AESGCM, hashlib.sha256)}


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """All keys that may open, the one that seals, the one for the blind index."""

    keys: Mapping[str, bytes]
    current: str
    index: bytes
    suite: str = "intl"

    def __post_init__(self) -> None:
        if self.suite not in SUITES:
            raise CryptoError(f"unknown suite {self.suite!r}")
        if self.current not in self.keys:
            raise CryptoError(f"the current key {self.current!r} is not among the keys")
        for name, key in (*self.keys.items(), ("index", self.index)):
            if len(key) != _KEY:
                raise CryptoError(f"key {name!r} has {len(key)} bytes instead of {_KEY}")
            if ":" in name:
                raise CryptoError(f"key id {name!r} contains a colon")
        if self.index in self.keys.values():
            raise CryptoError("the blind index needs a key of its own")

    def __repr__(self) -> str:
        return f"Keyring({sorted(self.keys)}, current={self.current!r})"

    @classmethod
    def from_mapping(cls, raw: Mapping[str, str]) -> "Keyring":
        """``{"current": "k2", "k1": hex, "k2": hex, "index": hex}``, as settings read it from FIELD_KEYS."""
        missing = {"current", "index"} - raw.keys()
        if missing:
            raise CryptoError(f"FIELD_KEYS lacks {', '.join(sorted(missing))}")
        keys = {name: _unhex(name, value) for name, value in raw.items() if name not in _RESERVED}
        return cls(keys, raw["current"], _unhex("index", raw["index"]), raw.get("suite", "intl"))


def _unhex(name: str, value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise CryptoError(f"key {name!r} is not written in hexadecimal") from None


def new_key() -> str:
    """A fresh key, as FIELD_KEYS wants it."""
    return os.urandom(_KEY).hex()


@lru_cache(maxsize=8)
def _ring(items: tuple[tuple[str, str], ...]) -> Keyring:
    return Keyring.from_mapping(dict(items))


def keyring() -> Keyring:
    """The portal's keys. Keyed by content, so that a test's ``override_settings`` is seen."""
    return _ring(tuple(sorted(settings.FIELD_KEYS.items())))


def is_sealed(text: str) -> bool:
    """Whether the text has the form of a sealed value."""
    parts = text.split(":")
    return len(parts) == 3 and parts[0] in SUITES


def seal(plain: str, context: str, ring: Keyring | None = None) -> str:
    """Encrypt with the current key and a random nonce; ``context`` is the field's name."""
    ring = ring or keyring()
    nonce = os.urandom(_NONCE)
    body = SUITES[ring.suite].cipher(ring.keys[ring.current]).encrypt(nonce, plain.encode(), context.encode())
    return f"{ring.suite}:{ring.current}:{base64.b64encode(nonce + body).decode()}"


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
        return SUITES[suite].cipher(ring.keys[key_id]).decrypt(raw[:_NONCE], raw[_NONCE:], context.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise CryptoError(f"{context}: the sealed value does not open (altered, or of another field)") from None


def reseal(sealed: str, context: str, ring: Keyring | None = None) -> str:
    """The same value under the current key; unchanged when it already is."""
    ring = ring or keyring()
    if sealed.startswith(f"{ring.suite}:{ring.current}:"):
        return sealed
    return seal(open_(sealed, context, ring), context, ring)


def blind(value: str, context: str = "person", ring: Keyring | None = None) -> str:
    """A keyed hash to search by: the same number typed full-width, spaced or in small letters gives the same 64 signs.

    ``context`` joins or parts fields: all columns that hold a person's document number share ``person``.
    """
    ring = ring or keyring()
    tidy = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    if not tidy:
        return ""
    return hmac.new(ring.index, f"{context}\0{tidy}".encode(), SUITES[ring.suite].digest).hexdigest()
