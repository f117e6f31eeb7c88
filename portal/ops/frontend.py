"""Build the front end, with the Node of the machine or, failing that, with a locked wheel in .venv."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from portal.ops import install

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
LOCK = ASSETS / "package-lock.json"
OLDEST_NODE = (20, 19)


def main(argv: list[str]) -> int:
    """Install the packages when the lock changed, then build; `lock` renews the lock instead."""
    env = {**os.environ, "PATH": node_path()}
    if argv == ["lock"]:
        run(["npm", "install", "--package-lock-only", "--ignore-scripts"], env)
        strip_addresses()
        return 0
    stamp, wanted = ASSETS / "node_modules" / ".locked", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        run(["npm", "ci", "--ignore-scripts", "--loglevel=error"], env)
        stamp.write_text(wanted)
    run(["node", "node_modules/vite/bin/vite.js", "build", "--logLevel=warn"], env)
    return 0


def node_path() -> str:
    """PATH with a Node that is new enough; Debian's own is too old for the bundler."""
    path = f"{install.VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    node = shutil.which("node", path=os.environ["PATH"])
    if node and version(node) >= OLDEST_NODE and shutil.which("npm", path=os.environ["PATH"]):
        return os.environ["PATH"]
    if not (install.VENV / "bin" / "npm").exists():
        install.main(["requirements-node.txt"])
    return path


def version(node: str) -> tuple[int, ...]:
    """Major and minor of a Node."""
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def run(command: list[str], env: dict[str, str]) -> None:
    """One step of the build, quiet unless it fails."""
    if code := subprocess.call(command, cwd=ASSETS, env=env):
        raise SystemExit(f"failed ({code}): {' '.join(command)}")


def strip_addresses() -> None:
    """Take the funding links out of the lock: what is committed names no hosts."""
    lock = json.loads(LOCK.read_text())
    for package in lock["packages"].values():
        for key in ("funding", "resolved"):
            package.pop(key, None)
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
