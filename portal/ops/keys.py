"""Secrets of a local installation: made once, kept in one file that only its owner can read."""

import json
import os
import secrets
from pathlib import Path


def demo_keys(folder: Path) -> dict[str, str]:
    """The secret settings as environment variables, made on first use; what the environment sets already wins."""
    path = folder / "keys.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": f"current=k1,k1={secrets.token_hex(32)},index={secrets.token_hex(32)}",
            "SEAL_KEY": secrets.token_hex(32),
        }
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(made, file, indent=1)
    kept: dict[str, str] = json.loads(path.read_text())
    return {key: os.environ.get(key, value) for key, value in kept.items()}
