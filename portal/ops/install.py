"""Build `.venv` from the hash-locked requirement files. Runs on the bare system Python: standard library only.

    python3 portal/ops/install.py requirements.txt requirements-embedded.txt

pip fetches only the small locked installer (uv): with hashes checked, pip alone needs over a minute for the whole list
and uv needs seconds.
"""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLER = ROOT / "requirements-installer.txt"
NEED_VENV = "python3 cannot make virtual environments. Install it with: apt-get install python3-venv"


def main(argv: list[str]) -> int:
    """Make the environment if it is missing, then install every file named in argv."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        raise SystemExit(f"Python 3.11 to 3.13 is needed, this is {sys.version.split()[0]}")
    env = clean_environment()
    if not PYTHON.exists() or not has_pip():
        make_venv(env)
    if not (VENV / "bin" / "uv").exists():
        run([PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", INSTALLER], env)
    files = [part for name in argv for part in ("-r", ROOT / name)]
    uv = [VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", *files]
    run(uv, {**env, **uv_settings(pip_settings(env), env)})
    return 0


def clean_environment() -> dict[str, str]:
    """Our environment, but with bytecode wanted: without it every command starts three times slower."""
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV")}
    return {**env, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(command: list, env: dict[str, str]) -> None:
    """Run a command of the set-up; its own message is enough when it fails."""
    code = subprocess.call([str(part) for part in command], env=env, cwd=ROOT)
    if code:
        raise SystemExit(f"failed ({code}): {' '.join(str(part) for part in command[:5])} …")


def has_pip() -> bool:
    """A half-made environment (interrupted, or made without ensurepip) has a python but no pip."""
    return any((VENV / "lib").glob("python3*/site-packages/pip"))


def make_venv(env: dict[str, str]) -> None:
    """Debian splits ensurepip into python3-venv: install that when we may, else name it."""
    if importlib.util.find_spec("ensurepip") is None:
        if os.geteuid() != 0:
            raise SystemExit(NEED_VENV)
        run(["apt-get", "update", "-qq"], env)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv"], env)
    run([sys.executable, "-m", "venv", "--clear", VENV], env)


def pip_settings(env: dict[str, str]) -> dict[str, str]:
    """What pip is configured with on this machine; the environment beats `install.` beats `global.`."""
    text = subprocess.check_output([PYTHON, "-m", "pip", "config", "list"], env=env, text=True)
    found: dict[str, tuple[int, str]] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        section, dot, key = name.rpartition(".")
        rank = {"global": 1, "install": 2, ":env:": 3}.get(section, 0)
        if equals and dot and rank > found.get(key, (0, ""))[0]:
            found[key] = (rank, str(ast.literal_eval(value)))
    return {key: value for key, (_, value) in found.items()}


def uv_settings(pip: dict[str, str], env: dict[str, str]) -> dict[str, str]:
    """uv does not read pip's configuration: hand it on in uv's words, for this one process, written nowhere."""
    words = {key: value.split() for key, value in pip.items()}
    wanted = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": " ".join(words.get("extra-index-url", [])),
        "UV_FIND_LINKS": ",".join(words.get("find-links", [])),
        "UV_INSECURE_HOST": " ".join(words.get("trusted-host", [])),
        "UV_NO_INDEX": "1" if pip.get("no-index", "").lower() in ("1", "true", "yes", "on") else "",
        "UV_HTTP_TIMEOUT": pip.get("timeout") or pip.get("default-timeout", ""),
        "SSL_CERT_FILE": pip.get("cert", ""),
        "HTTPS_PROXY": pip.get("proxy", ""),
        "UV_COMPILE_BYTECODE": "1",
        # pip looks at all indexes alike; the hashes decide what may come in
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    return {key: value for key, value in wanted.items() if value and not env.get(key)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
