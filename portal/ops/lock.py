"""`make lock`: pyproject.toml into hash-locked requirement files that name no addresses."""

import subprocess
import sys
from pathlib import Path

from portal.ops import install

FILES = {
    "requirements.txt": ("--no-dev",),
    "requirements-dev.txt": ("--no-default-groups", "--group", "dev"),
    "requirements-embedded.txt": ("--only-group", "embedded"),
    "requirements-node.txt": ("--only-group", "node"),
    "requirements-installer.txt": ("--only-group", "installer"),
}


def main() -> int:
    """Resolve once for all supported Pythons, write one file per use, refuse a file with an address in it."""
    env = install.clean_environment()
    env.update(install.uv_settings(install.pip_settings(env), env))
    uv = str(install.VENV / "bin" / "uv")
    subprocess.run([uv, "lock"], env=env, cwd=install.ROOT, check=True)
    for name, choice in FILES.items():
        command = [uv, "export", "--quiet", "--no-header", "--no-emit-project", "--format", "requirements-txt"]
        subprocess.run(
            [*command, *choice, "-o", name], env=env, cwd=install.ROOT, check=True, stdout=subprocess.DEVNULL
        )
    named = [name for name in FILES if "://" in Path(install.ROOT, name).read_text()]
    if named:
        raise SystemExit(f"addresses in {', '.join(named)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
