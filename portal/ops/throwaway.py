"""Throw-away services for tests and checks: one fresh data folder per run, gone afterwards."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from portal.ops import embedded
from portal.ops.keys import demo_keys


def start(stack: ExitStack) -> dict[str, str]:
    """Start what the environment does not name and return the settings for a run; `stack` stops it all.

    The run works as the owner role, which may make databases here and `SET ROLE` to the working role.
    """
    settings: dict[str, str] = {}
    folder = Path(tempfile.mkdtemp(prefix="portal-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    if "DATABASE_URL" not in os.environ:
        # mkdtemp makes a private folder; PostgreSQL runs under another account when we are root
        folder.chmod(0o755)
        postgres = embedded.start_postgres(folder, throwaway=True)
        postgres.drain()
        stack.callback(postgres.stop)
        settings["DATABASE_URL"] = settings["DATABASE_OWNER_URL"] = postgres.urls["owner"]
        settings["DATABASE_APP_URL"] = postgres.urls["app"]
        settings["PORTAL_APP_ROLE"] = embedded.APP
    if "REDIS_URL" not in os.environ:
        valkey = embedded.start_valkey(folder / "valkey")
        valkey.drain()
        stack.callback(valkey.stop)
        settings["REDIS_URL"] = valkey.urls["redis"]
    files = folder / "var"
    files.mkdir()
    settings["VAR_DIR"] = str(files)
    return {**settings, **demo_keys(files)}
